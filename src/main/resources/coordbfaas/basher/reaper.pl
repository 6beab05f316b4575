# PID 1 of a run's namespace. Forks the process that becomes bash, waits for it, reports its raw wait status, what it used and
# whether anybody is left, and exits; with PID 1 the kernel ends whatever the run left in the namespace, and PID 1 is gone only
# when all that is. It holds the run's stdout until it has reported.
#
# A byte on stdout says that the walls stand: the child has dropped by then what the script shall not have. Then fd 0 brings one
# frame, a length and as many bytes: strings with their lengths before them, lengths as 32 bits in network order. What follows
# the frame is the script's stdin.

my @kept;                              # files that must stay open until exec
my $exec_argument_max = 128 * 1024;    # Linux's MAX_ARG_STRLEN, the terminating NUL included

# Takes where to report; the path of bash, the working directory, whom the script is (a uid; "same": whoever we are, without a
# privilege; "all": whoever we are, with all that we may), a filter of system calls (hexadecimal digits, or "none"), and limits,
# each the kernel's number for it and its value.
sub reap {
    my ($status, $bash, $directory, $identity, $filter, @limits) = @_;
    must('prctl', 4, 0, 0, 0, 0);    # PR_SET_DUMPABLE: nobody without a privilege looks into this process, not even its own uid
    keep_capabilities() if $identity ne 'all';

    $0 = 'reaper';    # for whoever lists processes
    my $child = fork;
    defined $child or die "fork: $!\n";
    if ($child == 0) {
        close($status);
        limit($identity, @limits);
        drop_privileges($identity, $filter) if $identity ne 'all';
        become_bash($bash, $directory);
    }

    close(STDIN);
    close(STDERR);
    my $raw_status = wait_for($child);
    my $left       = is_anybody_left() ? 1 : 0;
    syswrite($status, "$raw_status " . usage() . " $left\n");
    close(STDOUT);
    must('sched_yield');      # to whoever waited for that
    must('exit_group', 0);    # not by perl's own exit, which puts back every signal first
}

# What it takes to make a child somebody else without a privilege: CAP_CHOWN, CAP_SETGID, CAP_SETUID and CAP_SETPCAP.
sub keep_capabilities {
    my $version = pack('LL', 0x20080522, 0);    # version 3, this process
    my $sets    = "\0" x 24;
    syscall(number('capget'), $version, $sets) == 0 or die "capget: $!\n";    # not by kernel, which gets a copy to write to
    my $permitted = (unpack('L6', $sets))[1] & 0x1C1;
    must('capset', $version, pack('L6', $permitted, $permitted, 0, 0, 0, 0));
}

sub wait_for {
    my ($child) = @_;
    while ((my $ended = wait) != -1) {
        return $? if $ended == $child;
    }
}

# Whoever lives in the namespace descends from us, and each whose parent has ended is our child: without a child we are alone.
sub is_anybody_left {
    my $ended;
    do { $ended = waitpid(-1, 1) } while $ended > 0;    # WNOHANG
    return $ended == 0;
}

# CPU time in microseconds and the largest resident set in KiB, of bash and of all that was waited for.
sub usage {
    my $usage = "\0" x 144;     # struct rusage, all of it numbers of 64 bits
    syscall(number('getrusage'), -1, $usage) == 0 or return '0 0';    # not by kernel, which gets a copy to write to
    my ($user_s, $user_us, $system_s, $system_us, $resident_kib) = unpack('q5', $usage);
    return ($user_s + $system_s) * 1_000_000 + $user_us + $system_us . " $resident_kib";
}

sub become_bash {
    my ($bash, $directory) = @_;
    mkdir($directory) or die "$directory: $!\n";
    chdir($directory) or die "$directory: $!\n";
    syswrite(STDOUT, '.') == 1 or exit 1;

    my @fields = unpack('(N/a*)*', take(unpack('N', take(4))));
    my $script = shift @fields;
    my @args   = splice(@fields, 0, shift @fields);
    my @env    = splice(@fields, 0, 2 * shift @fields);
    my @files  = splice(@fields, 0, 2 * shift @fields);
    while (my ($path, $content) = splice(@files, 0, 2)) {
        write_file($path, $content);
    }
    %ENV = (SHELL => $bash, @env);    # or bash looks for one in the user database, which takes as long as its start
    exec {$bash} 'bash', '-c', '--', command($script), 'bash', @args or cannot_start($!);
}

sub limit {
    my ($identity, @limits) = @_;
    must('prctl', 4, 1, 0, 0, 0);    # dumpable again, or this process could not write to its own /proc
    while (my ($resource, $most) = splice(@limits, 0, 2)) {
        # CPU time (0) ends in a signal of its own; a second later in SIGKILL.
        must('setrlimit', 0 + $resource, pack('QQ', $most, $resource == 0 ? $most + 1 : $most));
    }
    return if $identity eq 'all';
    if (open(my $first_to_go, '>', '/proc/self/oom_score_adj')) {    # before the server, if memory runs out
        print $first_to_go '1000';
        close($first_to_go);
    }
}

# What of this fails on an old kernel or without privileges was not there to be dropped; what the walls promise is a must.
sub drop_privileges {
    my ($identity, $filter) = @_;
    kernel('keyctl', 1, 0);             # KEYCTL_JOIN_SESSION_KEYRING: a new one
    for my $capability (0 .. 63) {
        defined((kernel('prctl', 24, $capability, 0, 0, 0))[0]) or last;    # PR_CAPBSET_DROP; the last one was the one before
    }
    if ($identity ne 'same') {
        own(0 + $identity, *STDIN, *STDOUT, *STDERR);
        become(0 + $identity);
    }
    $< == $> && $> == ($identity eq 'same' ? $> : $identity) or die "uid: $< $>\n";
    must('capset', pack('LL', 0x20080522, 0), "\0" x 24);     # version 3, this process: none
    must('prctl', 38, 1, 0, 0, 0);      # PR_SET_NO_NEW_PRIVS
    my ($ruleset) = scopes();
    kernel('landlock_restrict_self', $ruleset, 0) if defined $ruleset;
    if (defined $ruleset && open(my $used, '<&=', $ruleset)) {
        close($used);
    }
    filter_calls($filter) if $filter ne 'none';
}

# The script may open its /dev/stdin, /dev/stdout and /dev/stderr: it has to own those pipes for that, and nothing else.
sub own {
    my ($uid, @pipes) = @_;
    chown($uid, $uid, @pipes) == @pipes or die "chown: $!\n";
}

sub become {
    my ($uid) = @_;
    must('setgroups', 0, 0);
    must('setresgid', ($uid) x 3);
    must('setresuid', ($uid) x 3);
}

# The last wall, as the others were built with calls that it refuses.
sub filter_calls {
    my ($filter) = @_;
    my $program = pack('H*', $filter);
    must('prctl', 22, 2, pack('S x6 P', length($program) / 8, $program));    # PR_SET_SECCOMP, a filter: struct sock_fprog
}

sub take {
    my ($length) = @_;
    my $bytes = '';
    while (length $bytes < $length) {
        sysread(STDIN, $bytes, $length - length $bytes, length $bytes) or exit 125;    # nobody is there any more
    }
    return $bytes;
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
    return qq{eval -- "\$(</dev/fd/$fd)" $fd<&-};
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
