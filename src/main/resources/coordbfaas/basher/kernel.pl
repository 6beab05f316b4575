# Words for the kernel that perl has none for: the numbers of system calls, which differ between machines.
# The first argument is the machine, as Java calls it. No module is loaded, not even strict, as that takes several milliseconds of
# each start; a test compiles these files with strict and warnings.

my $machine = shift @ARGV;
my %calls = (
    amd64 => {
        capget => 125, capset => 126, clone => 56, exit_group => 231, getrusage => 98, keyctl => 250, mount => 165, prctl => 157,
        rt_sigaction => 13, rt_sigprocmask => 14, sched_yield => 24, setgroups => 116, setresgid => 119, setresuid => 117,
        setrlimit => 160, setsid => 112, signalfd4 => 289,
    },
    aarch64 => {
        capget => 90, capset => 91, clone => 220, exit_group => 94, getrusage => 165, keyctl => 219, mount => 40, prctl => 167,
        rt_sigaction => 134, rt_sigprocmask => 135, sched_yield => 124, setgroups => 159, setresgid => 149, setresuid => 147,
        setrlimit => 164, setsid => 157, signalfd4 => 74,
    },
);
my %everywhere = (mount_setattr => 442, landlock_create_ruleset => 444, landlock_restrict_self => 446);
my $numbers = $calls{$machine} or die "no system calls are known for $machine\n";

# A system call; empty if it fails, and then $! says why. Numbers must be numbers, and texts texts.
sub kernel {
    my ($name, @arguments) = @_;
    my $result = syscall(number($name), @arguments);
    return $result == -1 ? () : $result;
}

# One that the walls cannot do without.
sub must {
    my ($name, @arguments) = @_;
    my ($result) = kernel($name, @arguments);
    defined $result or die "$name: $!\n";
}

# A descriptor for Landlock's scopes, abstract sockets and signals of processes outside; empty before Linux 6.12.
sub scopes {
    my $scopes = pack('Q3', 0, 0, 3);
    return kernel('landlock_create_ruleset', $scopes, length $scopes, 0);
}

sub number {
    my ($name) = @_;
    return $numbers->{$name} // $everywhere{$name};
}
