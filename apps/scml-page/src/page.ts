// SPDX-License-Identifier: MPL-2.0

import { htmlReport, htmlSections, percent, type Report } from "@aster/scml";
import { analyze, PageError, type Trace } from "./analysis.ts";
import { checkRules, type KernelRules } from "./rule-sets.ts";

/** docs/kernel.scml, put in when the page is built. */
declare const KERNEL_RULES: string;

const OWN_RULES = "Rules written here";

class Page {
  private traces: readonly Trace[] = [];
  private readonly kernels: KernelRules[] = [
    { name: "Aster", files: [{ name: "kernel.scml", text: KERNEL_RULES }] },
  ];
  private readonly chosen: Set<KernelRules> = new Set(this.kernels);
  private run = 0;
  private links: string[] = [];

  start(): void {
    const traceText = element("trace-text", HTMLTextAreaElement);
    traceText.addEventListener("input", () => {
      this.traces =
        traceText.value === ""
          ? []
          : [{ name: "lines written here", bytes: new Blob([`${traceText.value}\n`]) }];
      void this.analyze();
    });
    const rulesText = element("rules-text", HTMLTextAreaElement);
    rulesText.addEventListener("input", () => this.takeOwnRules(rulesText.value));
    this.takesFiles("trace", (files) => {
      traceText.value = "";
      this.traces = files.map((file) => ({ name: file.name, bytes: file }));
      void this.analyze();
    });
    this.takesFiles("rules", (files) => void this.takeRules(files));
    this.showKernels();
    document.documentElement.dataset["ready"] = "yes";
  }

  /** Files chosen by a button, or dropped on what is around it. */
  private takesFiles(name: "trace" | "rules", take: (files: File[]) => void): void {
    const input = element(`${name}-files`, HTMLInputElement);
    input.addEventListener("change", () => take([...(input.files ?? [])]));
    const area = element(`${name}-drop`, HTMLElement);
    area.addEventListener("dragover", (event) => {
      event.preventDefault();
      area.classList.add("over");
    });
    area.addEventListener("dragleave", () => area.classList.remove("over"));
    area.addEventListener("drop", (event) => {
      event.preventDefault();
      area.classList.remove("over");
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) take(files);
    });
  }

  private async takeRules(files: readonly File[]): Promise<void> {
    const texts = files.map(async (file) => ({ name: file.name, text: await file.text() }));
    const name = files.map((file) => file.name.replace(/\.scml$/, "")).join(", ");
    this.addKernel({ name, files: await Promise.all(texts) });
  }

  private takeOwnRules(text: string): void {
    const before = this.kernels.findIndex(({ name }) => name === OWN_RULES);
    for (const kernel of before < 0 ? [] : this.kernels.splice(before, 1))
      this.chosen.delete(kernel);
    if (text.trim() === "") {
      this.showKernels();
      void this.analyze();
    } else this.addKernel({ name: OWN_RULES, files: [{ name: "rules", text }] });
  }

  private addKernel(kernel: KernelRules): void {
    this.kernels.push(kernel);
    this.chosen.add(kernel);
    this.showKernels();
    void this.analyze();
  }

  private showKernels(): void {
    const items = this.kernels.map((kernel) => {
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = this.chosen.has(kernel);
      box.addEventListener("change", () => {
        if (box.checked) this.chosen.add(kernel);
        else this.chosen.delete(kernel);
        this.showProblems();
        void this.analyze();
      });
      const label = document.createElement("label");
      label.append(box, ` ${kernel.name}`);
      const item = document.createElement("li");
      item.append(label);
      return item;
    });
    element("sets", HTMLElement).replaceChildren(...items);
    this.showProblems();
  }

  private showProblems(): void {
    const problems = this.selected.map((kernel) => checkRules(kernel).problems);
    element("problems", HTMLElement).textContent = problems.join("");
  }

  private get selected(): KernelRules[] {
    return this.kernels.filter((kernel) => this.chosen.has(kernel));
  }

  private async analyze(): Promise<void> {
    const run = (this.run += 1);
    this.show(undefined);
    if (this.traces.length === 0) return this.say("No trace yet.");
    if (this.selected.length === 0) return this.say("Choose a kernel.");
    try {
      const report = await analyze(this.traces, this.selected, (share) => {
        if (run !== this.run) return false;
        this.say(`Reading: ${Math.floor(share * 100)} %`);
        return true;
      });
      if (report === undefined || run !== this.run) return;
      const { summary } = report;
      this.say(
        `${summary.calls} calls in ${summary.lines} lines, ${summary.unreadable} unreadable. ` +
          report.sets
            .map((set) => `${set.name}: ${percent(set.summary.share, set.summary.unsupported)}.`)
            .join(" "),
      );
      this.show(report);
    } catch (error) {
      if (run !== this.run) return;
      if (!(error instanceof PageError)) throw error;
      this.say(error.message);
    }
  }

  private say(text: string): void {
    element("status", HTMLElement).textContent = text;
  }

  private show(report: Report | undefined): void {
    for (const link of this.links.splice(0)) URL.revokeObjectURL(link);
    element("save", HTMLElement).hidden = report === undefined;
    // The library escapes all that comes from a trace or from rules.
    element("report", HTMLElement).innerHTML = report === undefined ? "" : htmlSections(report);
    if (report === undefined) return;
    this.offer("save-html", htmlReport(report), "text/html");
    this.offer("save-json", JSON.stringify(report, undefined, 2), "application/json");
  }

  private offer(id: string, text: string, type: string): void {
    const link = URL.createObjectURL(new Blob([text], { type }));
    this.links.push(link);
    element(id, HTMLAnchorElement).href = link;
  }
}

function element<T extends HTMLElement>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} "${id}"`);
  return found;
}

new Page().start();
