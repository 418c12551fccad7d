# SPDX-License-Identifier: MPL-2.0
#
# mv and its system calls: over files, links, folders, into itself, between mounts, names with dots and spaces.
echo 1 >a; echo 2 >b; mv a b; cat b; ls; mkdir d e; mv b d; mv d/b d/c; ls d
mv d d/x; echo $?; mkdir d/sub; mv d d/sub/y; echo $?; mv e d; ls d; mv d/e .; mv nosuch x; echo $?; mv d/c nosuch/x; echo $?
mkdir full empty; : >full/f; mv -T empty full; echo $?; mv -T full empty; echo $?; ls; : >file; mv -T empty file; echo $?; mv -T file empty; echo $?
echo l >h1; ln h1 h2; mv h1 h2; echo $?; ls h*; stat -c %h h2; ln -s h2 s; mv s t; readlink t; mv t h2; readlink h2; cat h2; echo $?
rm -f h1 h2; echo x >k; mv k ./k; echo $?; mv k k/; echo $?; mv k .; echo $?; mv k ..; ls ../root | grep -c k; mv ../k .; mv . q; echo $?; mv d/. q; echo $?; mv d/.. q; echo $?
mkdir -p p/q/r; mv p/q/r p/r; mv p/q p/r/q; find p | sort; mkdir ro; : >ro/f; chmod 555 ro; mv ro/f ro/g; echo $?; mv ro moved; ls moved
mkdir m; mount -t tmpfs none m; echo cross >k; chmod 640 k; touch -d '2011-11-11 11:11:00' k; mv k m/k; stat -c '%a %Y' m/k; mv d m; find m | sort; mv m n; echo $?; mv m/k m/d .; umount m; ls
echo new >n1; echo old >n2; mv -n n1 n2; echo $?; cat n2; mv -f n1 n2; cat n2; echo n | mv -i n2 k 2>/dev/null; cat k; mv -t empty n2; ls empty 2>/dev/null
mv 'k' 'with space'; mv 'with space' -- -dash; mv -- -dash .hidden; ls -A; mv .hidden "$(printf 'new\nline')"; ls | tail -n 3; mv new* $(head -c 255 /dev/zero | tr '\0' z); ls | grep -c zzzz; mv z* $(head -c 256 /dev/zero | tr '\0' y) 2>/dev/null; echo $?
exec 4>open; echo a >&4; mv open elsewhere; echo b >&4; cat elsewhere; readlink /proc/self/fd/4; exec 4>&-; (cd moved; mv ../moved ../again; pwd -P; ls)
