# /proc/sys/vm/drop_caches: who may open it, which numbers it takes, and that files are what they were.
stat -c '%a %u:%g' /proc/sys/vm/drop_caches
cat /proc/sys/vm/drop_caches > /dev/null && echo read
for number in 1 2 3 4 5 0 -1 x 1x +1 01 0x1 99999999999 ' 3' ''; do
  printf %s "$number" > /proc/sys/vm/drop_caches 2> /dev/null && echo "'$number' taken" || echo "'$number' refused"
done
seq 20000 > numbers
before=$(md5sum < numbers)
sync
echo 3 > /proc/sys/vm/drop_caches
test "$before" = "$(md5sum < numbers)" && echo same
su -s /bin/sh -c 'echo 1 > /proc/sys/vm/drop_caches' nobody 2> /dev/null || echo 'not for others'
chmod 600 /proc/sys/vm/drop_caches 2> /dev/null || echo 'not to be changed'
