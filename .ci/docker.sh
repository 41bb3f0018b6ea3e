#!/usr/bin/env bash
# `docker.sh up`: makes sure that a Docker engine answers and has Lambda's image, for `make sam-local`; installs Debian's
# engine where there is none, and makes a stand-in for the image where no image registry can be reached. Needs root for
# that; says what it lacks, and lets the tests skip what needs Docker, where it can't. `docker.sh down` stops its engine.
set -euo pipefail

state=/var/lib/videoms-docker
image=public.ecr.aws/lambda/provided:al2023-$(uname -m | sed s/aarch64/arm64/)

up() {
    docker info >/dev/null 2>&1 || start_engine
    docker image inspect "$image" >/dev/null 2>&1 && return
    echo "Pulling $image ..."
    timeout 300 docker pull --quiet "$image" 2>/dev/null && return
    echo "No registry has it here: a stand-in is made from Debian packages."
    make_image
}

start_engine() {
    echo "No Docker engine answers: starting one ..."
    [ "$(id -u)" = 0 ] || fail "root is needed to start one"
    if ! command -v dockerd >/dev/null; then
        command -v apt-get >/dev/null || fail "it is installed from Debian packages, and this is no Debian"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=400 install -y --no-install-recommends docker.io iptables \
            >/dev/null || fail "Debian's docker.io could not be installed"
    fi
    mkdir -p "$state"
    setsid nohup dockerd --data-root "$state/data" --exec-root "$state/exec" --pidfile "$state/dockerd.pid" \
        >"$state/dockerd.log" 2>&1 </dev/null &
    for _ in $(seq 60); do
        docker info >/dev/null 2>&1 && return
        sleep 0.5
    done
    tail -n 5 "$state/dockerd.log" >&2
    fail "dockerd did not start"
}

# What a function needs of Amazon Linux: the C library, certificates and a shell. It is glibc 2.36, newer than Lambda's.
make_image() {
    [ "$(uname -m)" = x86_64 ] || fail "the stand-in is for x86-64 only"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cd "$work"
    apt-get -o APT::Sandbox::User=root download -qq busybox-static libc6 libgcc-s1 ca-certificates >/dev/null
    for package in *.deb; do dpkg-deb --extract "$package" unpacked; done

    lib=lib/x86_64-linux-gnu
    mkdir -p root/{bin,etc/ssl/certs,etc/pki/tls/certs,lib64,$lib,usr/bin,var/task,var/runtime,var/rapid,opt/extensions,dev,proc,sys,root}
    mkdir -m 1777 root/tmp
    cp unpacked/bin/busybox root/bin/
    for applet in sh mv chmod cp rm ls cat env mkdir ln ps sleep; do ln -s busybox root/bin/$applet; done
    cp -a unpacked/$lib/{libc.so.6,libm.so.6,libdl.so.2,libpthread.so.0,librt.so.1,libresolv.so.2,libgcc_s.so.1} root/$lib/
    cp -a unpacked/$lib/{ld-linux-x86-64.so.2,libnss_files.so.2,libnss_dns.so.2} root/$lib/
    ln -s ../$lib/ld-linux-x86-64.so.2 root/lib64/ld-linux-x86-64.so.2
    cat unpacked/usr/share/ca-certificates/mozilla/*.crt > root/etc/ssl/certs/ca-certificates.crt
    ln -s /etc/ssl/certs/ca-certificates.crt root/etc/pki/tls/certs/ca-bundle.crt
    echo 'root:x:0:0:root:/root:/bin/sh' > root/etc/passwd
    echo 'root:x:0:' > root/etc/group
    echo 'hosts: files dns' > root/etc/nsswitch.conf
    printf '#!/bin/sh\nexec /var/rapid/aws-lambda-rie /var/runtime/bootstrap\n' > root/lambda-entrypoint.sh
    chmod 755 root/lambda-entrypoint.sh
    tar -C root --owner=0 --group=0 --numeric-owner -c . | docker import --platform linux/amd64 \
        --change 'WORKDIR /var/task' --change 'ENTRYPOINT ["/lambda-entrypoint.sh"]' \
        --change 'ENV PATH=/bin:/usr/bin LANG=en_US.UTF-8 TZ=:/etc/localtime LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime' \
        - "$image" >/dev/null
}

down() {
    [ -f "$state/dockerd.pid" ] || return 0
    kill "$(cat "$state/dockerd.pid")" 2>/dev/null || return 0
    while [ -f "$state/dockerd.pid" ]; do sleep 0.2; done
}

fail() {
    echo "warning: no Docker: $1" >&2
    exit 1
}

"$1"
