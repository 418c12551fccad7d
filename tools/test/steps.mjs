// SPDX-License-Identifier: MPL-2.0

const node = process.execPath;

/** With ASTER_TEST_SEED, as CI sets it, what is random is the same each time: a change is judged by the same cases as the one before it. */
const SEED = process.env["ASTER_TEST_SEED"];
const seeded = (option) => (SEED === undefined ? [] : [option, SEED]);

/** The checks, each a command run in the repository's root. */
export const STEPS = [
  {
    name: "format",
    about: "every file stands as the formatter writes it",
    command: [node, "node_modules/oxfmt/bin/oxfmt", "--check", "."],
  },
  {
    name: "size",
    about: "no file and no privileged package is too long",
    command: [node, "tools/size/main.mjs"],
  },
  {
    name: "types",
    about: "all packages compile, tests included",
    command: [node, "node_modules/@typescript/native/bin/tsc", "-b"],
  },
  {
    name: "lint",
    about: "kernel and examples are safe TypeScript, and switch no rule off",
    command: [
      "sh",
      "-c",
      "node tools/lint-disables/main.mjs && node node_modules/eslint/bin/eslint.js .",
    ],
  },
  {
    name: "floors",
    about: "packages import only from floors below",
    command: [
      node,
      "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
      "packages",
      "--config",
      ".dependency-cruiser.cjs",
      "--output-type",
      "err",
    ],
  },
  {
    name: "pages",
    about: "generated pages are true, the API's can be made, and no link is broken",
    command: [
      "sh",
      "-c",
      [
        "node tools/syscall-page/main.mjs --check",
        "node tools/scml-kernel/main.mjs --check",
        "node tools/lint-pages/main.mjs --check",
        "node tools/api-report/main.mjs --check",
        "node packages/ostd/make-classes.mjs --check",
        "node node_modules/typedoc/bin/typedoc --logLevel Warn",
        "node tools/links/main.mjs",
      ].join(" && "),
    ],
  },
  {
    name: "engine",
    about: "the kernel's bundle fits an engine of ES2020 with class fields",
    command: [node, "tools/engine-check/main.mjs"],
  },
  {
    name: "evasions",
    about: "attempts to evade safe TypeScript are caught, and gain nothing",
    command: [node, "test/evasions/main.mjs", "--check"],
  },
  {
    name: "versions",
    about: "all packages and images have the version of VERSION; the tool that moves it works",
    command: ["sh", "-c", "tools/bump-version --check && node --test tools/release/"],
  },
  {
    name: "unit",
    about: "unit tests of all packages",
    command: [
      node,
      "--experimental-vm-modules",
      "--no-warnings=ExperimentalWarning",
      "node_modules/jest/bin/jest.js",
      "--silent",
      "--testTimeout=60000",
    ],
  },
  {
    name: "soak",
    about: "nothing stays behind of systems that were closed; 20 run at a time",
    command: [node, "--expose-gc", "tools/soak/main.mjs", "--boots", "20", "--at-once", "20"],
  },
  {
    name: "ktest",
    about: "kernel-mode tests of the kernel, on the built-in machine",
    command: [node, "packages/osdk/bin/aster-osdk.js", "test"],
  },
  {
    name: "soundness",
    about: "OSTD against policies, devices and programs that do what they like; prints its seed",
    command: [node, "test/soundness/main.mjs", "--operations", "60000", ...seeded("--seed")],
  },
  {
    name: "attempts",
    about:
      "single attempts to break OSTD, by arguments, callbacks, devices, and with no stack left",
    command: [node, "test/soundness/attempts/main.mjs"],
  },
  {
    name: "schedules",
    about: "guest tests of threads and processes under a few seeded schedules",
    // Of each kind some; all of them each night.
    command: [
      ...[node, "test/guest/schedules/main.mjs", "--seeds", "2", "--filter"],
      "/(threads|futex|fork-wait|vfork-spawn|pipes-poll|signals|process-groups|socket-pairs|splice" +
        "|event-files|sysv-ipc|pidfd|copy-on-write)[.]musl$|/background$",
    ],
  },
  {
    name: "cpu",
    about: "random instructions and programs, ours against the host's CPU, for a minute",
    command: [
      "sh",
      "-c",
      [
        "node packages/machine/test/differential/run.mjs --seconds 30 $@",
        "node packages/machine/test/differential/programs.mjs --minutes 0.5 --no-build $@",
      ].join(" && "),
      "sh",
      ...seeded("--seed"),
    ],
  },
  {
    name: "qemu",
    about: "the same kernel on bare x86-64: images, boot methods, tests and programs in QEMU",
    command: [
      "sh",
      "-c",
      [
        "(cd packages/bare && npm run --silent test:qemu)",
        "node --test --test-reporter=spec test/qemu/",
        "node test/guest/suite.mjs --runner qemu " +
          "--filter 'scripts/(pipes|heredocs|traps|awk-applet)|programs/(fork|signal|mmap|thread|hostile)'",
      ].join(" && "),
    ],
  },
  {
    name: "stress",
    about: "stressors of Debian's stress-ng, 5 seconds each, find no wrong result",
    command: [node, "tools/compat/stress.mjs"],
  },
  {
    name: "scml-fuzz",
    about: "random SCML programs and traces, for half a minute; the seed is printed",
    command: [
      node,
      "packages/scml/test/fuzz/main.mjs",
      "--inputs",
      "20000",
      "--seconds",
      "30",
      ...seeded("--seed"),
    ],
  },
  {
    name: "scml",
    about: "the kernel does what docs/kernel.scml says of it, flag by flag, as Linux does",
    command: [node, "test/guest/scml/main.mjs"],
  },
  {
    name: "scheduling",
    about: "shares of the CPU by niceness and policy, and a shell that answers beside busy loops",
    command: [node, "test/guest/scheduling/main.mjs"],
  },
  {
    name: "syscall-fuzz",
    about: "random system calls of racing threads, for 40 seconds; the seed is printed",
    command: [
      node,
      "test/guest/fuzz/main.mjs",
      "--runs",
      "20",
      "--calls",
      "30000",
      "--seconds",
      "40",
      ...seeded("--first"),
    ],
  },
  {
    name: "guest",
    about:
      "shell scripts and C programs, ours against recorded Linux, and their calls against docs/kernel.scml",
    command: [
      node,
      "test/guest/suite.mjs",
      ...["--runner", "aster", "--jobs", "2", "--timeout", "240", "--scml-audit"],
    ],
  },
];
