# PID 1 of a run's namespace. Forks the process that becomes bash, waits for it, reports its raw wait status on fd 3 and
# exits; with PID 1 the kernel ends whatever else the run left in the namespace, and PID 1 is gone only when all that is.
#
# A byte on stdout says that the walls stand. Then fd 0 brings one frame, a length and as many bytes: strings with their
# lengths before them, lengths as 32 bits in network order. What follows the frame is the script's stdin.
# Arguments: the path of bash, the working directory.
use strict;
use warnings;
use Config;

my ($bash, $directory) = @ARGV;
my @kept;                              # files that must stay open until exec
my $exec_argument_max = 128 * 1024;    # Linux's MAX_ARG_STRLEN, the terminating NUL included

open(my $status, '>&=', 3) or die "no status channel: $!\n";
fcntl($status, 2, 1) or die "status channel: $!\n";    # F_SETFD, FD_CLOEXEC: no script can write to it
default_signals_of_glibc();
mkdir($directory) or die "$directory: $!\n";
chdir($directory) or die "$directory: $!\n";

my $child = fork;
defined $child or die "fork: $!\n";
become_bash() if $child == 0;

syswrite(STDOUT, '.') == 1 or exit 1;
close(STDIN);
close(STDOUT);
close(STDERR);
while ((my $ended = wait) != -1) {
    last if $ended == $child;
}
syswrite($status, "$?\n");
exit 0;

# The JVM starts processes by glibc's posix_spawn, which leaves the two signals that glibc keeps to itself ignored; its own
# functions, env's and perl's refuse to change them, so the kernel is asked.
sub default_signals_of_glibc {
    my ($machine) = split /-/, $Config{archname};
    my $rt_sigaction = { x86_64 => 13, aarch64 => 134 }->{$machine} or return;
    my $default = "\0" x 32;    # struct sigaction: SIG_DFL, no flags, no mask
    for my $signal (32, 33) {
        syscall($rt_sigaction, $signal, $default, 0, 8);
    }
}

sub take {
    my ($length) = @_;
    my $bytes = '';
    while (length $bytes < $length) {
        sysread(STDIN, $bytes, $length - length $bytes, length $bytes) or exit 125;    # nobody is there any more
    }
    return $bytes;
}

sub become_bash {
    my @fields = unpack('(N/a*)*', take(unpack('N', take(4))));
    my $script = shift @fields;
    my @args   = splice(@fields, 0, shift @fields);
    my @env    = splice(@fields, 0, 2 * shift @fields);
    my @files  = splice(@fields, 0, 2 * shift @fields);
    while (my ($path, $content) = splice(@files, 0, 2)) {
        write_file($path, $content);
    }
    %ENV = @env;
    exec {$bash} 'bash', '-c', command($script), 'bash', @args or cannot_start($!);
}

sub command {
    my ($script) = @_;
    return $script if length $script < $exec_argument_max;

    # Too long for an argument: bash reads it from a file without a name, on a descriptor that the script does not get.
    $^F = 255;    # keep the descriptor open across exec
    open(my $file, '+>', undef) or cannot_start($!);
    print $file $script or cannot_start($!);
    seek($file, 0, 0) or cannot_start($!);
    my $fd = fileno($file);
    push @kept, $file;
    return qq{eval "\$(</dev/fd/$fd)" $fd<&-};
}

sub write_file {
    my ($path, $content) = @_;
    my $parent = '';
    for my $part (split m{/}, $path =~ s{/?[^/]*$}{}r) {
        $parent .= "$part/";
        -d $parent or mkdir $parent or cannot_start("$path: $!");
    }
    open(my $file, '>', $path) or cannot_start("$path: $!");
    print $file $content or cannot_start("$path: $!");
    close($file) or cannot_start("$path: $!");
}

sub cannot_start {
    my ($why) = @_;
    syswrite(STDERR, "bash: cannot start: $why\n");
    exit 126;
}
