// SPDX-License-Identifier: MPL-2.0

/**
 * The integer instructions of x86-64-v2, one line per encoding (Intel SDM vol. 2):
 * `name | encoding | operands | options`.
 *
 * Operands, in the manner of the SDM's opcode map: E register or memory, R register, M memory
 * (all in modrm.rm), G register in modrm.reg, Z register in the opcode's low bits, I immediate,
 * J branch displacement; sizes b w d q (8 to 64 bits), v (16, 32 or 64 by prefix), y (32 or 64),
 * z (as v, the immediate at most 32 bits). Options: `lock` may carry a lock prefix when its
 * destination is memory; `64` has a default operand size of 64 bits; `fix=NAME` is an
 * adjustment of the state from fixups.mjs; `uses=REGS` are implicit registers.
 */
export const integerTable = [];

const add = (line) => integerTable.push(line);

["add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"].forEach((name, i) => {
  const lock = name === "cmp" ? "" : "lock";
  const op = (n) => (i * 8 + n).toString(16).padStart(2, "0");
  add(`${name} | ${op(0)} /r | Eb,Gb | ${lock}`);
  add(`${name} | ${op(1)} /r | Ev,Gv | ${lock}`);
  add(`${name} | ${op(2)} /r | Gb,Eb |`);
  add(`${name} | ${op(3)} /r | Gv,Ev |`);
  add(`${name} | ${op(4)} | Ib | uses=a`);
  add(`${name} | ${op(5)} | Iz | uses=a`);
  add(`${name} | 80 /${i} | Eb,Ib | ${lock}`);
  add(`${name} | 81 /${i} | Ev,Iz | ${lock}`);
  add(`${name} | 83 /${i} | Ev,Ib | ${lock}`);
});

["rol", "ror", "rcl", "rcr", "shl", "shr", "sal", "sar"].forEach((name, i) => {
  add(`${name} | C0 /${i} | Eb,Ib | fix=count`);
  add(`${name} | C1 /${i} | Ev,Ib | fix=count`);
  add(`${name} | D0 /${i} | Eb |`);
  add(`${name} | D1 /${i} | Ev |`);
  add(`${name} | D2 /${i} | Eb | uses=c fix=cl`);
  add(`${name} | D3 /${i} | Ev | uses=c fix=cl`);
});

for (let cc = 0; cc < 16; cc++) {
  const op = (base) => (base + cc).toString(16);
  add(`jcc | ${op(0x70)} | Jb |`);
  add(`jcc | 0F ${op(0x80)} | Jz |`);
  add(`setcc | 0F ${op(0x90)} /r | Eb |`);
  add(`cmovcc | 0F ${op(0x40)} /r | Gv,Ev |`);
}

const table = `
test   | 84 /r       | Eb,Gb    |
test   | 85 /r       | Ev,Gv    |
test   | A8          | Ib       | uses=a
test   | A9          | Iz       | uses=a
test   | F6 /0       | Eb,Ib    |
test   | F7 /0       | Ev,Iz    |
test   | F6 /1       | Eb,Ib    |
test   | F7 /1       | Ev,Iz    |
not    | F6 /2       | Eb       | lock
not    | F7 /2       | Ev       | lock
neg    | F6 /3       | Eb       | lock
neg    | F7 /3       | Ev       | lock
mul    | F6 /4       | Eb       | uses=a
mul    | F7 /4       | Ev       | uses=ad
imul   | F6 /5       | Eb       | uses=a
imul   | F7 /5       | Ev       | uses=ad
div    | F6 /6       | Eb       | uses=a fix=divide8
div    | F7 /6       | Ev       | uses=ad fix=divide
idiv   | F6 /7       | Eb       | uses=a fix=divide8
idiv   | F7 /7       | Ev       | uses=ad fix=divideSigned
imul   | 0F AF /r    | Gv,Ev    |
imul   | 69 /r       | Gv,Ev,Iz |
imul   | 6B /r       | Gv,Ev,Ib |
inc    | FE /0       | Eb       | lock
inc    | FF /0       | Ev       | lock
dec    | FE /1       | Eb       | lock
dec    | FF /1       | Ev       | lock
mov    | 88 /r       | Eb,Gb    |
mov    | 89 /r       | Ev,Gv    |
mov    | 8A /r       | Gb,Eb    |
mov    | 8B /r       | Gv,Ev    |
mov    | C6 /0       | Eb,Ib    |
mov    | C7 /0       | Ev,Iz    |
mov    | B0 +r       | Zb,Ib    |
mov    | B8 +r       | Zv,Iv    |
moffs  | A0          | Ob       | uses=a
moffs  | A1          | Ov       | uses=a
moffs  | A2          | Ob       | uses=a
moffs  | A3          | Ov       | uses=a
movseg | 8C /r       | Ev,Sw    |
movzx  | 0F B6 /r    | Gv,Eb    |
movzx  | 0F B7 /r    | Gv,Ew    |
movsx  | 0F BE /r    | Gv,Eb    |
movsx  | 0F BF /r    | Gv,Ew    |
movsxd | 63 /r       | Gv,Ed    |
lea    | 8D /r       | Gv,Mv    | any
xchg   | 86 /r       | Eb,Gb    | lock
xchg   | 87 /r       | Ev,Gv    | lock
xchg   | 90 +r       | Zv       | uses=a
xadd   | 0F C0 /r    | Eb,Gb    | lock
xadd   | 0F C1 /r    | Ev,Gv    | lock
cmpxchg | 0F B0 /r   | Eb,Gb    | lock uses=a fix=cmpxchg
cmpxchg | 0F B1 /r   | Ev,Gv    | lock uses=a fix=cmpxchg
cmpxchg8b | 0F C7 /1 | Mq       | lock uses=adcb fix=cmpxchg8b
cmpxchg16b | REX.W 0F C7 /1 | Mx | lock align uses=adcb fix=cmpxchg16b
bswap  | 0F C8 +r    | Zy       |
movbe  | 0F 38 F0 /r | Gv,Mv    | skip=not-in-v2
bt     | 0F A3 /r    | Ev,Gv    | fix=bitIndex
bt     | 0F BA /4    | Ev,Ib    |
bts    | 0F AB /r    | Ev,Gv    | lock fix=bitIndex
bts    | 0F BA /5    | Ev,Ib    | lock
btr    | 0F B3 /r    | Ev,Gv    | lock fix=bitIndex
btr    | 0F BA /6    | Ev,Ib    | lock
btc    | 0F BB /r    | Ev,Gv    | lock fix=bitIndex
btc    | 0F BA /7    | Ev,Ib    | lock
bsf    | 0F BC /r    | Gv,Ev    |
bsr    | 0F BD /r    | Gv,Ev    |
popcnt | F3 0F B8 /r | Gv,Ev    |
crc32  | F2 0F 38 F0 /r | Gd,Eb |
crc32  | F2 REX.W 0F 38 F0 /r | Gd,Eb |
crc32  | F2 0F 38 F1 /r | Gd,Ev |
shld   | 0F A4 /r    | Ev,Gv,Ib | fix=doubleCount
shld   | 0F A5 /r    | Ev,Gv    | uses=c fix=doubleCl
shrd   | 0F AC /r    | Ev,Gv,Ib | fix=doubleCount
shrd   | 0F AD /r    | Ev,Gv    | uses=c fix=doubleCl
push   | 50 +r       | Zv       | 64
pop    | 58 +r       | Zv       | 64
push   | FF /6       | Ev       | 64
pop    | 8F /0       | Ev       | 64 popmem
push   | 6A          | Ib       | 64
push   | 68          | Iz       | 64
pushf  | 9C          |          | 64v
popf   | 9D          |          | 64v fix=popf
enter  | C8          | Iw,Ib    | 64v fix=enter
leave  | C9          |          | 64v fix=leave
cbw    | 98          |          | v uses=a
cwd    | 99          |          | v uses=ad
lahf   | 9F          |          |
sahf   | 9E          |          |
clc    | F8          |          |
stc    | F9          |          |
cmc    | F5          |          |
cld    | FC          |          |
std    | FD          |          |
nop    | 0F 1F /0    | Ev       |
nop    | F3 90       |          |
prefetch | 0F 18 /1  | Mb       | any
prefetch | 0F 0D /1  | Mb       | any
clflush | 0F AE /7   | Mb       |
nop    | 0F 19 /r    | Ev,Gv    | any
endbr  | F3 0F 1E FA |          |
lfence | 0F AE E8    |          |
mfence | 0F AE F0    |          |
sfence | 0F AE F8    |          |
movnti | 0F C3 /r    | My,Gy    |
xlat   | D7          |          | uses=b fix=xlat
jmp    | EB          | Jb       |
jmp    | E9          | Jz       |
call   | E8          | Jz       |
jmp    | FF /4       | Eq       | fix=codeTarget
call   | FF /2       | Eq       | fix=codeTarget
ret    | C3          |          | fix=ret
ret    | C2          | Iw       | fix=ret
loopne | E0          | Jb       | uses=c fix=loop
loope  | E1          | Jb       | uses=c fix=loop
loop   | E2          | Jb       | uses=c fix=loop
jrcxz  | E3          | Jb       | uses=c fix=loop
lar    | 0F 02 /r    | Gv,Ew    | fix=selector
lsl    | 0F 03 /r    | Gv,Ew    | fix=selector
verr   | 0F 00 /4    | Ew       | fix=selector
verw   | 0F 00 /5    | Ew       | fix=selector
jmpf   | FF /5       | M10b     | far fix=farPointer
callf  | FF /3       | M10b     | far fix=farPointer
retf   | CB          |          | v fix=farReturn
retf   | CA          | Iw       | v fix=farReturn
iret   | CF          |          | v fix=iret
int3   | CC          |          |
ud2    | 0F 0B       |          |
hlt    | F4          |          |
int    | CD 0D       |          | skip=needs-gate
ud32   | 06          |          |
ud32   | 0E          |          |
ud32   | 27          |          |
ud32   | 37          |          |
ud32   | 60          |          |
ud32   | 62          | Iw       | skip=evex
ud32   | 82 /0       | Eb,Ib    |
ud32   | 9A          |          |
ud32   | CE          |          |
ud32   | D4          | Ib       |
ud32   | D6          |          |
ud32   | EA          |          |
privileged | 0F 06   |          |
privileged | 0F 08   |          |
privileged | 0F 20 /0 | Rq      |
privileged | 0F 01 /3 | Mq      |
privileged | 0F 01 /7 | Mb      |
privileged | 0F 30  |          |
privileged | FA     |          |
privileged | FB     |          |
privileged | E4     | Ib       |
privileged | EE     |          |
movs   | A4          |          | string uses=cSD
movs   | A5          |          | v string uses=cSD
stos   | AA          |          | string uses=acD
stos   | AB          |          | v string uses=acD
lods   | AC          |          | string uses=acS
lods   | AD          |          | v string uses=acS
cmps   | A6          |          | compare uses=cSD
cmps   | A7          |          | v compare uses=cSD
scas   | AE          |          | compare uses=acD
scas   | AF          |          | v compare uses=acD
`;

for (const line of table.trim().split("\n")) add(line);
