# The fork server: makes the processes of runs out of itself, each in namespaces of its own. To fork a program that is there takes
# a fraction of what it takes to begin one. It ends with the process that began it, and with it whoever it made.
#
# Orders come on fd 0 as frames, a length and as many bytes: fields with their lengths before them, lengths as 32 bits in network
# order. An order's fields: the flags of clone(2), the uid that the namespaces are made as (empty: our own), how many steps the
# walls have, the steps, and what the reaper takes. An order without a field says that what was offered longest ago was taken.
# Answers are lines on fd 1: "begun PID STDIN STDOUT STDERR STATUS", its process and the descriptors of ours to open under
# /proc/OURS/fd, the first to write to and the others to read from; "refused WHY"; "ended PID" when all in its namespace are dead.
# Argument, after the kernel's: the process that began this one.

my ($parent) = @ARGV;
my @offered;    # of each run our copies of the ends that are not its own, until they are taken
my $ends;       # the descriptor that tells of children that ended

serve();

sub serve {
    must('prctl', 1, 9, 0, 0, 0);    # PR_SET_PDEATHSIG, SIGKILL; it is not sent for a death before
    getppid == $parent or exit 1;
    must('setsid');
    default_signals();
    $ends = ends_of_children();
    while (1) {
        my $ready = '';
        vec($ready, fileno($_), 1) = 1 for *STDIN, $ends;
        select($ready, undef, undef, undef);
        tell_ends()  if vec($ready, fileno($ends), 1);
        take_order() if vec($ready, fileno(*STDIN), 1);
    }
}

# The JVM and perl leave signals ignored, among them two that glibc keeps to itself and refuses to change.
sub default_signals {
    my $default = "\0" x 32;    # struct sigaction: SIG_DFL, no flags, no mask
    for my $signal (grep { $_ != 9 && $_ != 19 } 1 .. 64) {
        must('rt_sigaction', $signal, $default, 0, 8);
    }
}

# SIGCHLD, held back and read instead.
sub ends_of_children {
    my $signals = pack('Q', 1 << 16);
    must('rt_sigprocmask', 0, $signals, 0, 8);    # SIG_BLOCK
    my ($fd) = kernel('signalfd4', -1, $signals, 8, 0x80000);    # SFD_CLOEXEC
    defined $fd or die "signalfd: $!\n";
    open(my $descriptor, '<&=', $fd) or die "signalfd: $!\n";
    return $descriptor;
}

sub tell_ends {
    sysread($ends, my $signal, 128);
    while ((my $pid = waitpid(-1, 1)) > 0) {    # WNOHANG
        answer("ended $pid");
    }
}

sub answer {
    my ($line) = @_;
    syswrite(STDOUT, "$line\n") or exit 0;    # nobody is there any more
}

sub take_order {
    my ($flags, $user, @rest) = unpack('(N/a*)*', take(unpack('N', take(4))));
    if (!defined $flags) {
        shift @offered;
        return;
    }
    $flags += 0;
    my (@ours, @theirs);
    for my $is_input (1, 0, 0, 0) {
        pipe(my $read, my $write) or return answer("refused pipe: $!");
        push @ours,   $is_input ? $write : $read;
        push @theirs, $is_input ? $read  : $write;
    }
    my @ids = $user eq '' ? ($>, $) + 0) : ($user, $user);
    my $pid = $user eq '' ? cloned($flags) : cloned_as($user, $flags, @theirs);
    return answer("refused clone: $!") if !defined $pid;
    if ($pid == 0) {
        @ours = @offered = ();
        begin(\@theirs, $flags & 0x10000000 ? \@ids : [], @rest);    # CLONE_NEWUSER
    }
    push @offered, \@ours;
    answer(join ' ', 'begun', $pid, map { fileno($_) } @ours);
}

# As fork does it, into namespaces of its own: 0 there, and here its pid; undefined if it fails.
sub cloned {
    my ($flags) = @_;
    return (kernel('clone', $flags | 17, 0, 0, 0, 0))[0];    # SIGCHLD
}

# The same by a process between that becomes somebody else first, as whoever makes a user namespace is root of what is in there.
sub cloned_as {
    my ($user, $flags, @pipes) = @_;
    pipe(my $told, my $tell) or return;
    my $between = fork;
    return if !defined $between;
    if ($between == 0) {
        own(0 + $user, @pipes);
        become(0 + $user);
        must('prctl', 4, 1, 0, 0, 0);    # dumpable, or the next could not write to its own /proc
        my $pid = cloned($flags | 0x8000);    # CLONE_PARENT: a child of ours
        return 0 if defined $pid && $pid == 0;
        my $why = $! + 0;
        syswrite($tell, $pid) if defined $pid;
        must('exit_group', defined $pid ? 0 : $why);
    }
    close($tell);
    sysread($told, my $pid, 20);
    waitpid($between, 0);
    $! = $? >> 8;
    return $pid eq '' ? undef : $pid;
}

# What is PID 1 of the namespaces from here on.
sub begin {
    my ($pipes, $ids, $count, @rest) = @_;
    my ($stdin, $stdout, $stderr, $status) = @$pipes;
    must('prctl', 1, 9, 0, 0, 0);    # PR_SET_PDEATHSIG, SIGKILL
    close($ends);
    must('rt_sigprocmask', 1, pack('Q', 1 << 16), 0, 8);    # SIG_UNBLOCK
    open(STDIN,  '<&', $stdin)  or die "stdin: $!\n";
    open(STDOUT, '>&', $stdout) or die "stdout: $!\n";
    open(STDERR, '>&', $status) or die "stderr: $!\n";      # the script's only when the walls stand
    must('setsid');
    map_ids(@$ids) if @$ids;
    build_walls(splice @rest, 0, $count);
    open(STDERR, '>&', $stderr) or die "stderr: $!\n";
    close($_) for $stdin, $stdout, $stderr;
    reap($status, @rest);
}

# In a user namespace everybody is nobody until told otherwise: here who we are, as whom we were.
sub map_ids {
    my ($uid, $gid) = @_;
    put('/proc/self/setgroups', 'deny');
    put('/proc/self/uid_map',   "$uid $uid 1");
    put('/proc/self/gid_map',   "$gid $gid 1");
}

sub put {
    my ($path, $text) = @_;
    open(my $file, '>', $path) or die "$path: $!\n";
    syswrite($file, $text) or die "$path: $!\n";
}
