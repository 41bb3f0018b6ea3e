#!/usr/bin/env bash
# `docker.sh up` starts a Docker engine and prints the name of an image for `make sam-local`: Lambda's own, or a stand-in
# of Debian packages if no image registry can be reached. It installs Debian's engine if there is none. Both need root.
# It fails with the reason if there can be no Docker. `docker.sh down` stops the engine that it started.
set -euo pipefail

state=/var/lib/videoms-docker
tag=al2023-$(uname -m | sed s/aarch64/arm64/)
lambda_image=public.ecr.aws/lambda/provided:$tag
stand_in=videoms/lambda-provided:$tag

up() {
    docker info >/dev/null 2>&1 || start_engine
    for image in "$lambda_image" "$stand_in"; do
        if docker image inspect "$image" >/dev/null 2>&1; then
            echo "$image"
            return
        fi
    done
    echo "Pulling $lambda_image ..." >&2
    if timeout 300 docker pull --quiet "$lambda_image" >/dev/null 2>&1; then
        echo "$lambda_image"
        return
    fi
    echo "The image cannot be pulled here: making a stand-in from Debian packages ..." >&2
    make_stand_in
    echo "$stand_in"
}

start_engine() {
    echo "No Docker engine answers: starting one ..." >&2
    [ "$(id -u)" = 0 ] || fail "root is needed to start one"
    if ! command -v dockerd >/dev/null; then
        command -v apt-get >/dev/null || fail "docker is installed from Debian packages, and this is not Debian"
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

# The parts of Amazon Linux that a function needs: the C library, certificates and a shell. Debian's C library is newer
# than Lambda's, so the stand-in does not prove that a function starts on Lambda.
make_stand_in() {
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
        - "$stand_in" >/dev/null
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
