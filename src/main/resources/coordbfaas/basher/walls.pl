# Builds the walls: mounts in a mount namespace of our own.
# Takes steps, in their order: each a word, perhaps one for how, and perhaps a path.

sub build_walls {
    must('mount', 'none', '/', '', 0x44000, '');    # recursive, private: nothing of it is seen outside
    for my $step (@_) {
        my ($what, $how, $path) = split / /, $step, 3;
        if    ($what eq 'proc')     { mount_at('proc', '/proc', 0xE, '') }       # nosuid, nodev, noexec
        elsif ($what eq 'tmpfs')    { mount_at('tmpfs', $path, 0x6, $how) }      # nosuid, nodev
        elsif ($what eq 'dev')      { own_devices() }
        elsif ($what eq 'readonly') { read_only() }
        elsif ($what eq 'resolver') { file_at($path, join '', map { "nameserver $_\n" } split /,/, $how) }
        elsif ($what eq 'loopback') { loopback_up() }
        else                        { die "no such wall: $what\n" }
    }
}

# All that is mounted, and nosuid too.
sub read_only {
    must('mount_setattr', -100, '/', 0x8000, pack('Q4', 0x3, 0, 0, 0), 32);    # AT_FDCWD, AT_RECURSIVE
}

sub mount_at {
    my ($type, $target, $flags, $data) = @_;
    my ($mounted) = kernel('mount', $type, $target, $type, $flags, $data);
    defined $mounted or die "$target: $!\n";
}

# What every program expects of /dev, and nothing else: built in /tmp out of the old one, then put over that.
sub own_devices {
    my $dev = '/tmp/dev';
    mkdir($dev) or die "$dev: $!\n";
    mount_at('tmpfs', $dev, 0x2, 'mode=0755,size=4096');    # nosuid
    for my $name (grep { -e "/dev/$_" } qw(null zero full random urandom tty)) {
        open(my $covered, '>', "$dev/$name") or die "$dev/$name: $!\n";
        must('mount', "/dev/$name", "$dev/$name", '', 0x1000, '');    # bind
    }
    for my $name (qw(pts shm)) {
        mkdir("$dev/$name") or die "$dev/$name: $!\n";
    }
    mount_at('devpts', "$dev/pts", 0xA, 'newinstance,ptmxmode=0666,mode=0620');    # nosuid, noexec
    my %links = (
        ptmx => 'pts/ptmx', fd => '/proc/self/fd',
        stdin => '/proc/self/fd/0', stdout => '/proc/self/fd/1', stderr => '/proc/self/fd/2',
    );
    while (my ($name, $target) = each %links) {
        symlink($target, "$dev/$name") or die "$dev/$name: $!\n";
    }
    must('mount', $dev, '/dev', '', 0x2000, '');                      # move
    must('mount_setattr', -100, '/dev', 0, pack('Q4', 0x1, 0, 0, 0), 32);    # this one, read-only
    rmdir($dev) or die "$dev: $!\n";
}

# A file with what we say in the place of another; in a folder that is hidden by now there is none to cover.
sub file_at {
    my ($target, $content) = @_;
    my $umask = umask 022;    # the script keeps the one that there was
    my $parent = '';
    for my $part (split m{/}, $target =~ s{/[^/]*$}{}r) {
        $parent .= "$part/";
        -d $parent or mkdir $parent or die "$parent: $!\n";
    }
    -e $target or open(my $covered, '>', $target) or die "$target: $!\n";
    my $source = '/tmp/file';
    open(my $to, '>', $source) or die "$source: $!\n";
    print $to $content;
    close($to) or die "$source: $!\n";
    must('mount', $source, $target, '', 0x1000, '');    # bind
    unlink $source;
    umask $umask;
}

sub loopback_up {
    socket(my $socket, 2, 2, 0) or die "socket: $!\n";                              # inet, datagram
    my $request = pack('Z16 s x22', 'lo', 1);
    ioctl($socket, 0x8914, $request) or die "loopback: $!\n";     # SIOCSIFFLAGS, IFF_UP
}
