// SPDX-License-Identifier: MPL-2.0

/**
 * The x87 instructions; the format is that of sse-table.mjs, `+i` puts a stack register in the low
 * three bits of the last opcode byte. Memory types: s d t as there, b integers, B packed BCD.
 * Transcendental instructions carry `ulp`: their result may differ by one unit in the last
 * place (Intel SDM vol. 1, 8.3.10).
 */
export const x87Table = [];

const add = (line) => x87Table.push(line);

["fadd", "fmul", "fcom", "fcomp", "fsub", "fsubr", "fdiv", "fdivr"].forEach((name, i) => {
  const at = (base) => (base + i * 8).toString(16).toUpperCase();
  const integer = name.replace("f", "fi");
  add(`${name} | D8 /${i} | M4s |`);
  add(`${name} | DC /${i} | M8d |`);
  add(`${integer} | DA /${i} | M4b |`);
  add(`${integer} | DE /${i} | M2b |`);
  add(`${name} | D8 ${at(0xc0)} +i | |`);
  if (i !== 2 && i !== 3) {
    // The register forms with ST(i) as destination swap the reversed operations.
    add(`${name} | DC ${at(0xc0)} +i | |`);
    add(`${name}p | DE ${at(0xc0)} +i | |`);
  }
});

const table = `
fld | D9 /0 | M4s |
fld | DD /0 | M8d |
fld | DB /5 | M10t |
fld | D9 C0 +i | |
fst | D9 /2 | M4s |
fst | DD /2 | M8d |
fst | DD D0 +i | |
fstp | D9 /3 | M4s |
fstp | DD /3 | M8d |
fstp | DB /7 | M10t |
fstp | DD D8 +i | |
fild | DF /0 | M2b |
fild | DB /0 | M4b |
fild | DF /5 | M8b |
fist | DF /2 | M2b |
fist | DB /2 | M4b |
fistp | DF /3 | M2b |
fistp | DB /3 | M4b |
fistp | DF /7 | M8b |
fisttp | DF /1 | M2b |
fisttp | DB /1 | M4b |
fisttp | DD /1 | M8b |
fbld | DF /4 | M10B |
fbstp | DF /6 | M10B |
fxch | D9 C8 +i | |
fcmovb | DA C0 +i | |
fcmove | DA C8 +i | |
fcmovbe | DA D0 +i | |
fcmovu | DA D8 +i | |
fcmovnb | DB C0 +i | |
fcmovne | DB C8 +i | |
fcmovnbe | DB D0 +i | |
fcmovnu | DB D8 +i | |
fucomi | DB E8 +i | |
fcomi | DB F0 +i | |
fucomip | DF E8 +i | |
fcomip | DF F0 +i | |
fucom | DD E0 +i | |
fucomp | DD E8 +i | |
fucompp | DA E9 | |
fcompp | DE D9 | |
ftst | D9 E4 | |
fxam | D9 E5 | |
fchs | D9 E0 | |
fabs | D9 E1 | |
fld1 | D9 E8 | |
fldl2t | D9 E9 | |
fldl2e | D9 EA | |
fldpi | D9 EB | |
fldlg2 | D9 EC | |
fldln2 | D9 ED | |
fldz | D9 EE | |
fsqrt | D9 FA | |
frndint | D9 FC | |
fscale | D9 FD | | fix=fscale
fprem | D9 F8 | | fix=fprem
fprem1 | D9 F5 | | fix=fprem
fxtract | D9 F4 | |
fdecstp | D9 F6 | |
fincstp | D9 F7 | |
ffree | DD C0 +i | |
fnop | D9 D0 | |
fwait | 9B | |
fnclex | DB E2 | |
fninit | DB E3 | |
fnstcw | D9 /7 | M2b |
fldcw | D9 /5 | M2b | fix=fldcw
fnstsw | DD /7 | M2b |
fnstsw | DF E0 | | uses=a
fnstenv | D9 /6 | M28b |
fldenv | D9 /4 | M28b | fix=fldenv
fnsave | DD /6 | M108b |
frstor | DD /4 | M108b | fix=fldenv
fnstenv16 | 66 D9 /6 | M14b |
fldenv16 | 66 D9 /4 | M14b | fix=fldenv16
fnsave16 | 66 DD /6 | M94b |
frstor16 | 66 DD /4 | M94b | fix=fldenv16
fstp | D9 D8 +i | |
fcom | DC D0 +i | |
fcomp | DC D8 +i | |
fcomp | DE D0 +i | |
fxch | DD C8 +i | |
fxch | DF C8 +i | |
fstp | DF D0 +i | |
fstp | DF D8 +i | |
ffreep | DF C0 +i | |
feni | DB E0 | |
fdisi | DB E1 | |
fsetpm | DB E4 | |
f2xm1 | D9 F0 | | ulp fix=unitRange
fyl2x | D9 F1 | | ulp fix=positive
fptan | D9 F2 | | ulp fix=angle
fpatan | D9 F3 | | ulp
fyl2xp1 | D9 F9 | | ulp fix=nearZero
fsincos | D9 FB | | ulp fix=angle
fsin | D9 FE | | ulp fix=angle
fcos | D9 FF | | ulp fix=angle
`;

for (const line of table.trim().split("\n")) add(line);
