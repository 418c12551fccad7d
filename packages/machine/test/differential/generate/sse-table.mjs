// SPDX-License-Identifier: MPL-2.0

/**
 * MMX and SSE to SSE4.2; the format is that of integer-table.mjs. Further operands: V xmm in modrm.reg,
 * W xmm or memory, U xmm in modrm.rm, P Q N the same for mmx. After the letter: the bytes of a
 * memory operand, then the type of the lanes (s float32, d float64, b integers): `W16s`.
 * Options: `u` memory need not be aligned (without it, 16-byte operands must be);
 * `uses=0` the implicit xmm0.
 */
export const sseTable = [];

const add = (line) => sseTable.push(line);

/** Integer operations that exist for MMX and, with 66, for XMM. */
const both = {
  punpcklbw: "60",
  punpcklwd: "61",
  punpckldq: "62",
  packsswb: "63",
  pcmpgtb: "64",
  pcmpgtw: "65",
  pcmpgtd: "66",
  packuswb: "67",
  punpckhbw: "68",
  punpckhwd: "69",
  punpckhdq: "6A",
  packssdw: "6B",
  pcmpeqb: "74",
  pcmpeqw: "75",
  pcmpeqd: "76",
  psrlw: "D1",
  psrld: "D2",
  psrlq: "D3",
  paddq: "D4",
  pmullw: "D5",
  psubusb: "D8",
  psubusw: "D9",
  pminub: "DA",
  pand: "DB",
  paddusb: "DC",
  paddusw: "DD",
  pmaxub: "DE",
  pandn: "DF",
  pavgb: "E0",
  psraw: "E1",
  psrad: "E2",
  pavgw: "E3",
  pmulhuw: "E4",
  pmulhw: "E5",
  psubsb: "E8",
  psubsw: "E9",
  pminsw: "EA",
  por: "EB",
  paddsb: "EC",
  paddsw: "ED",
  pmaxsw: "EE",
  pxor: "EF",
  psllw: "F1",
  pslld: "F2",
  psllq: "F3",
  pmuludq: "F4",
  pmaddwd: "F5",
  psadbw: "F6",
  psubb: "F8",
  psubw: "F9",
  psubd: "FA",
  psubq: "FB",
  paddb: "FC",
  paddw: "FD",
  paddd: "FE",
  pshufb: "38 00",
  phaddw: "38 01",
  phaddd: "38 02",
  phaddsw: "38 03",
  pmaddubsw: "38 04",
  phsubw: "38 05",
  phsubd: "38 06",
  phsubsw: "38 07",
  psignb: "38 08",
  psignw: "38 09",
  psignd: "38 0A",
  pmulhrsw: "38 0B",
  pabsb: "38 1C",
  pabsw: "38 1D",
  pabsd: "38 1E",
};
/** The low halves that punpckl reads of an MMX operand are 4 bytes. */
const narrow = new Set(["punpcklbw", "punpcklwd", "punpckldq"]);
const shifts = new Set(["psrlw", "psrld", "psrlq", "psraw", "psrad", "psllw", "pslld", "psllq"]);
for (const [name, op] of Object.entries(both)) {
  const fix = shifts.has(name) ? "fix=vectorCount" : "";
  add(`${name} | 0F ${op} /r | P8b,Q${narrow.has(name) ? 4 : 8}b | ${fix}`);
  add(`${name} | 66 0F ${op} /r | V16b,W16b | ${fix}`);
}
for (const [name, op] of [
  ["psrlw", "71 /2"],
  ["psraw", "71 /4"],
  ["psllw", "71 /6"],
  ["psrld", "72 /2"],
  ["psrad", "72 /4"],
  ["pslld", "72 /6"],
  ["psrlq", "73 /2"],
  ["psllq", "73 /6"],
]) {
  add(`${name} | 0F ${op} | N8b,Ib | fix=count`);
  add(`${name} | 66 0F ${op} | U16b,Ib | fix=count`);
}
add("psrldq | 66 0F 73 /3 | U16b,Ib | fix=count");
add("pslldq | 66 0F 73 /7 | U16b,Ib | fix=count");

for (const [name, op] of [
  ["sqrt", "51"],
  ["add", "58"],
  ["mul", "59"],
  ["sub", "5C"],
  ["min", "5D"],
  ["div", "5E"],
  ["max", "5F"],
]) {
  add(`${name}ps | 0F ${op} /r | V16s,W16s |`);
  add(`${name}pd | 66 0F ${op} /r | V16d,W16d |`);
  add(`${name}ss | F3 0F ${op} /r | V16s,W4s |`);
  add(`${name}sd | F2 0F ${op} /r | V16d,W8d |`);
}
for (const [name, op] of [
  ["and", "54"],
  ["andn", "55"],
  ["or", "56"],
  ["xor", "57"],
  ["unpckl", "14"],
  ["unpckh", "15"],
]) {
  add(`${name}ps | 0F ${op} /r | V16s,W16s |`);
  add(`${name}pd | 66 0F ${op} /r | V16d,W16d |`);
}

const table = `
rsqrtps | 0F 52 /r | V16s,W16s |
rsqrtss | F3 0F 52 /r | V16s,W4s |
rcpps | 0F 53 /r | V16s,W16s |
rcpss | F3 0F 53 /r | V16s,W4s |
cmpps | 0F C2 /r | V16s,W16s,Ib | imm7
cmppd | 66 0F C2 /r | V16d,W16d,Ib | imm7
cmpss | F3 0F C2 /r | V16s,W4s,Ib | imm7
cmpsd | F2 0F C2 /r | V16d,W8d,Ib | imm7
ucomiss | 0F 2E /r | V16s,W4s |
ucomisd | 66 0F 2E /r | V16d,W8d |
comiss | 0F 2F /r | V16s,W4s |
comisd | 66 0F 2F /r | V16d,W8d |
movups | 0F 10 /r | V16s,W16s | u
movups | 0F 11 /r | W16s,V16s | u
movupd | 66 0F 10 /r | V16d,W16d | u
movupd | 66 0F 11 /r | W16d,V16d | u
movss | F3 0F 10 /r | V16s,W4s |
movss | F3 0F 11 /r | W4s,V16s |
movsd | F2 0F 10 /r | V16d,W8d |
movsd | F2 0F 11 /r | W8d,V16d |
movlps | 0F 12 /r | V16s,W8s |
movlps | 0F 13 /r | M8s,V16s |
movlpd | 66 0F 12 /r | V16d,M8d |
movlpd | 66 0F 13 /r | M8d,V16d |
movhps | 0F 16 /r | V16s,W8s |
movhps | 0F 17 /r | M8s,V16s |
movhpd | 66 0F 16 /r | V16d,M8d |
movhpd | 66 0F 17 /r | M8d,V16d |
movsldup | F3 0F 12 /r | V16s,W16s |
movshdup | F3 0F 16 /r | V16s,W16s |
movddup | F2 0F 12 /r | V16d,W8d |
movaps | 0F 28 /r | V16s,W16s |
movaps | 0F 29 /r | W16s,V16s |
movapd | 66 0F 28 /r | V16d,W16d |
movapd | 66 0F 29 /r | W16d,V16d |
movntps | 0F 2B /r | M16s,V16s |
movntpd | 66 0F 2B /r | M16d,V16d |
movntdq | 66 0F E7 /r | M16b,V16b |
movntq | 0F E7 /r | M8b,P8b |
movntdqa | 66 0F 38 2A /r | V16b,M16b |
maskmovq | 0F F7 /r | P8b,N8b | uses=D fix=maskmov
maskmovdqu | 66 0F F7 /r | V16b,U16b | uses=D fix=maskmov
movmskps | 0F 50 /r | Gy,U16s |
movmskpd | 66 0F 50 /r | Gy,U16d |
pmovmskb | 0F D7 /r | Gy,N8b |
pmovmskb | 66 0F D7 /r | Gy,U16b |
movd | 0F 6E /r | P8b,Ey |
movd | 66 0F 6E /r | V16b,Ey |
movd | 0F 7E /r | Ey,P8b |
movd | 66 0F 7E /r | Ey,V16b |
movq | 0F 6F /r | P8b,Q8b |
movq | 0F 7F /r | Q8b,P8b |
movq | F3 0F 7E /r | V16b,W8b |
movq | 66 0F D6 /r | W8b,V16b |
movdqa | 66 0F 6F /r | V16b,W16b |
movdqa | 66 0F 7F /r | W16b,V16b |
movdqu | F3 0F 6F /r | V16b,W16b | u
movdqu | F3 0F 7F /r | W16b,V16b | u
lddqu | F2 0F F0 /r | V16b,M16b | u
movq2dq | F3 0F D6 /r | V16b,N8b |
movdq2q | F2 0F D6 /r | P8b,U16b |
punpcklqdq | 66 0F 6C /r | V16b,W16b |
punpckhqdq | 66 0F 6D /r | V16b,W16b |
pshufw | 0F 70 /r | P8b,Q8b,Ib |
pshufd | 66 0F 70 /r | V16b,W16b,Ib |
pshufhw | F3 0F 70 /r | V16b,W16b,Ib |
pshuflw | F2 0F 70 /r | V16b,W16b,Ib |
shufps | 0F C6 /r | V16s,W16s,Ib |
shufpd | 66 0F C6 /r | V16d,W16d,Ib |
pinsrw | 0F C4 /r | P8b,Rd,Ib |
pinsrw | 0F C4 /r | P8b,Mw,Ib |
pinsrw | 66 0F C4 /r | V16b,Rd,Ib |
pinsrw | 66 0F C4 /r | V16b,Mw,Ib |
pextrw | 0F C5 /r | Gy,N8b,Ib |
pextrw | 66 0F C5 /r | Gy,U16b,Ib |
emms | 0F 77 | |
haddps | F2 0F 7C /r | V16s,W16s |
haddpd | 66 0F 7C /r | V16d,W16d |
hsubps | F2 0F 7D /r | V16s,W16s |
hsubpd | 66 0F 7D /r | V16d,W16d |
addsubps | F2 0F D0 /r | V16s,W16s |
addsubpd | 66 0F D0 /r | V16d,W16d |
cvtpi2ps | 0F 2A /r | V16s,Q8b |
cvtpi2pd | 66 0F 2A /r | V16d,Q8b |
cvtsi2ss | F3 0F 2A /r | V16s,Ey |
cvtsi2sd | F2 0F 2A /r | V16d,Ey |
cvttps2pi | 0F 2C /r | P8b,W8s |
cvttpd2pi | 66 0F 2C /r | P8b,W16d |
cvttss2si | F3 0F 2C /r | Gy,W4s |
cvttsd2si | F2 0F 2C /r | Gy,W8d |
cvtps2pi | 0F 2D /r | P8b,W8s |
cvtpd2pi | 66 0F 2D /r | P8b,W16d |
cvtss2si | F3 0F 2D /r | Gy,W4s |
cvtsd2si | F2 0F 2D /r | Gy,W8d |
cvtps2pd | 0F 5A /r | V16d,W8s |
cvtpd2ps | 66 0F 5A /r | V16s,W16d |
cvtss2sd | F3 0F 5A /r | V16d,W4s |
cvtsd2ss | F2 0F 5A /r | V16s,W8d |
cvtdq2ps | 0F 5B /r | V16s,W16b |
cvtps2dq | 66 0F 5B /r | V16b,W16s |
cvttps2dq | F3 0F 5B /r | V16b,W16s |
cvttpd2dq | 66 0F E6 /r | V16b,W16d |
cvtdq2pd | F3 0F E6 /r | V16d,W8b |
cvtpd2dq | F2 0F E6 /r | V16b,W16d |
ldmxcsr | 0F AE /2 | M4b | fix=mxcsr
stmxcsr | 0F AE /3 | M4b |
fxsave | 0F AE /0 | M512b | align
fxsave64 | REX.W 0F AE /0 | M512b | align
fxrstor | 0F AE /1 | M512b | align fix=fxrstor
fxrstor64 | REX.W 0F AE /1 | M512b | align fix=fxrstor
palignr | 0F 3A 0F /r | P8b,Q8b,Ib | fix=count
palignr | 66 0F 3A 0F /r | V16b,W16b,Ib | fix=count
pblendvb | 66 0F 38 10 /r | V16b,W16b | uses=0
blendvps | 66 0F 38 14 /r | V16b,W16b | uses=0
blendvpd | 66 0F 38 15 /r | V16b,W16b | uses=0
ptest | 66 0F 38 17 /r | V16b,W16b | fix=ptest
pmovsxbw | 66 0F 38 20 /r | V16b,W8b |
pmovsxbd | 66 0F 38 21 /r | V16b,W4b |
pmovsxbq | 66 0F 38 22 /r | V16b,W2b |
pmovsxwd | 66 0F 38 23 /r | V16b,W8b |
pmovsxwq | 66 0F 38 24 /r | V16b,W4b |
pmovsxdq | 66 0F 38 25 /r | V16b,W8b |
pmuldq | 66 0F 38 28 /r | V16b,W16b |
pcmpeqq | 66 0F 38 29 /r | V16b,W16b |
packusdw | 66 0F 38 2B /r | V16b,W16b |
pmovzxbw | 66 0F 38 30 /r | V16b,W8b |
pmovzxbd | 66 0F 38 31 /r | V16b,W4b |
pmovzxbq | 66 0F 38 32 /r | V16b,W2b |
pmovzxwd | 66 0F 38 33 /r | V16b,W8b |
pmovzxwq | 66 0F 38 34 /r | V16b,W4b |
pmovzxdq | 66 0F 38 35 /r | V16b,W8b |
pcmpgtq | 66 0F 38 37 /r | V16b,W16b |
pminsb | 66 0F 38 38 /r | V16b,W16b |
pminsd | 66 0F 38 39 /r | V16b,W16b |
pminuw | 66 0F 38 3A /r | V16b,W16b |
pminud | 66 0F 38 3B /r | V16b,W16b |
pmaxsb | 66 0F 38 3C /r | V16b,W16b |
pmaxsd | 66 0F 38 3D /r | V16b,W16b |
pmaxuw | 66 0F 38 3E /r | V16b,W16b |
pmaxud | 66 0F 38 3F /r | V16b,W16b |
pmulld | 66 0F 38 40 /r | V16b,W16b |
phminposuw | 66 0F 38 41 /r | V16b,W16b |
roundps | 66 0F 3A 08 /r | V16s,W16s,Ib | imm15
roundpd | 66 0F 3A 09 /r | V16d,W16d,Ib | imm15
roundss | 66 0F 3A 0A /r | V16s,W4s,Ib | imm15
roundsd | 66 0F 3A 0B /r | V16d,W8d,Ib | imm15
blendps | 66 0F 3A 0C /r | V16b,W16b,Ib |
blendpd | 66 0F 3A 0D /r | V16b,W16b,Ib |
pblendw | 66 0F 3A 0E /r | V16b,W16b,Ib |
pextrb | 66 0F 3A 14 /r | Mb,V16b,Ib |
pextrb | 66 0F 3A 14 /r | Ry,V16b,Ib |
pextrw | 66 0F 3A 15 /r | Mw,V16b,Ib |
pextrw | 66 0F 3A 15 /r | Ry,V16b,Ib |
pextrd | 66 0F 3A 16 /r | Ey,V16b,Ib |
extractps | 66 0F 3A 17 /r | Ed,V16b,Ib |
pinsrb | 66 0F 3A 20 /r | V16b,Rd,Ib |
pinsrb | 66 0F 3A 20 /r | V16b,Mb,Ib |
insertps | 66 0F 3A 21 /r | V16b,W4b,Ib |
pinsrd | 66 0F 3A 22 /r | V16b,Ey,Ib |
dpps | 66 0F 3A 40 /r | V16s,W16s,Ib |
dppd | 66 0F 3A 41 /r | V16d,W16d,Ib |
mpsadbw | 66 0F 3A 42 /r | V16b,W16b,Ib |
pcmpestrm | 66 0F 3A 60 /r | V16b,W16b,Ib | u uses=ad fix=estr
pcmpestri | 66 0F 3A 61 /r | V16b,W16b,Ib | u uses=adc fix=estr
pcmpistrm | 66 0F 3A 62 /r | V16b,W16b,Ib | u
pcmpistri | 66 0F 3A 63 /r | V16b,W16b,Ib | u uses=c
`;

for (const line of table.trim().split("\n")) add(line);
