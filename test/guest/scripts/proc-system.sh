# SPDX-License-Identifier: MPL-2.0
#
# /proc files of the system: fields and their sums that hold anywhere, sys entries that can be written.
awk '{print NF, ($1 > 0), ($2 > 0)}' /proc/uptime; awk '{print NF, $4 ~ /^[0-9]+\/[0-9]+$/}' /proc/loadavg
awk '/^(MemTotal|MemFree|MemAvailable|Buffers|Cached|SwapTotal):/ {print $1, $3, ($2 >= 0)}' /proc/meminfo
awk '/^cpu / {print NF} /^(ctxt|btime|processes|procs_running|procs_blocked) / {print $1, ($2 >= 0)}' /proc/stat
awk '/^(processor|vendor_id|flags|bogomips|address sizes)/ {print $1}' /proc/cpuinfo | sort -u; cut -d' ' -f 1-2 /proc/version
cat /proc/filesystems | grep -Ew 'tmpfs|proc|sysfs|devpts|ext2' | awk '{print $NF}' | sort | head -n 3; awk '$2 == "/proc" {print $3}' /proc/mounts | tail -n 1
awk '{print NF}' /proc/self/mountinfo | sort -n | awk '$1 < 10 {bad = 1} END {print bad + 0}'; head -c 0 /proc/cmdline; wc -l </proc/cmdline
cat /proc/sys/kernel/ostype; cat /proc/sys/fs/pipe-max-size; awk '{print NF}' /proc/sys/fs/file-nr; awk '$1 > 300 {print "some pids"}' /proc/sys/kernel/pid_max; hostname=$(cat /proc/sys/kernel/hostname); [ "$hostname" = "$(hostname)" ] && echo names agree
a=$(cat /proc/sys/kernel/random/uuid); b=$(cat /proc/sys/kernel/random/uuid); [ $a != $b ] && echo $a | sed 's/[0-9a-f]/x/g'; [ "$(cat /proc/sys/kernel/random/boot_id)" = "$(cat /proc/sys/kernel/random/boot_id)" ] && echo one boot
[ "$(readlink /proc/self)" != "$(readlink /proc/self)" ] && echo self differs; readlink /proc/mounts; readlink /proc/thread-self | sed 's/[0-9]\{1,\}/N/g'
sleep 30 & p=$!; ls /proc | grep -cx $p; ls -d /proc/[0-9]* | wc -l | awk '{print ($1 >= 2)}'; kill $p; wait $p 2>/dev/null; ls /proc | grep -cx $p
stat -c '%F %a' /proc /proc/self/fd /proc/uptime /proc/sys; wc -c </proc/uptime | awk '{print ($1 > 3)}'; stat -c %s /proc/uptime; dd if=/proc/version bs=5 count=1 2>/dev/null; echo; (read x; read y; echo "${x%% *}") </proc/meminfo
touch /proc/x; echo $?; rm /proc/uptime; echo $?; ln -s x /proc/y; echo x >/proc/uptime; echo $?; cat /proc/nosuch; cd /proc/uptime; echo $?
# Counts of interrupts, and what disks did: the columns that tools expect.
grep -c '^LOC:' /proc/interrupts; awk 'NR == 1 {print $1}' /proc/interrupts; awk '$1 == "intr" {print ($2 > 0)}' /proc/stat
awk 'NF != 20' /proc/diskstats | wc -l; awk '$1 == "pgpgin" || $1 == "pgpgout" {print NF}' /proc/vmstat
cut -d: -f1 /proc/self/io; dd if=/dev/zero bs=1000 count=5 2>/dev/null | { cat >/dev/null; awk '$1 == "rchar:" {print ($2 < 100000)}' /proc/self/io; }
