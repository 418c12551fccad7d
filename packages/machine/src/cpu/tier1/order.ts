// SPDX-License-Identifier: MPL-2.0

/** Puts the blocks of a region in an order in which every jump goes forward or to the head of a loop around it. */

/** A block by its number, or a loop with its blocks, the header first. */
export type Item = number | Loop;
export interface Loop {
  readonly header: number;
  readonly items: readonly Item[];
}

/** Which blocks are in a loop, found once for each. */
export class Membership {
  readonly #known = new Map<Loop, ReadonlySet<number>>();

  of(loop: Loop): ReadonlySet<number> {
    const known = this.#known.get(loop);
    if (known !== undefined) return known;
    const found = new Set<number>();
    for (const item of loop.items) {
      if (typeof item === "number") found.add(item);
      else for (const member of this.of(item)) found.add(member);
    }
    this.#known.set(loop, found);
    return found;
  }
}

/**
 * Orders `nodes` topologically; strongly connected ones become loops, and what is in them without
 * the edges to the header is ordered likewise. `successors` gives the edges of the graph.
 */
export function arrange(
  nodes: readonly number[],
  successors: (node: number) => readonly number[],
): Item[] {
  const inside = new Set(nodes);
  return components(nodes, (node) => successors(node).filter((next) => inside.has(next)))
    .reverse()
    .map((component) => toItem(component, nodes, successors));
}

function toItem(
  component: readonly number[],
  nodes: readonly number[],
  successors: (node: number) => readonly number[],
): Item {
  const first = component[0] as number;
  if (component.length === 1 && !successors(first).includes(first)) return first;
  const members = new Set(component);
  const entered = new Set<number>();
  for (const node of nodes) {
    if (members.has(node)) continue;
    for (const next of successors(node)) if (members.has(next)) entered.add(next);
  }
  const candidates = entered.size > 0 ? [...entered] : component;
  // Compilers put the head of a loop first, as a rule.
  const header = Math.min(...candidates);
  const rest = arrange(component, (node) => successors(node).filter((next) => next !== header));
  const at = rest.indexOf(header);
  // Nothing leads to the header any more, so it may come first.
  return { header, items: at <= 0 ? rest : [header, ...rest.filter((_, i) => i !== at)] };
}

/** Strongly connected components (Tarjan's algorithm), those that others lead to first. */
function components(
  nodes: readonly number[],
  successors: (node: number) => readonly number[],
): number[][] {
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const stack: number[] = [];
  const onStack = new Set<number>();
  const found: number[][] = [];
  const visit = (node: number): void => {
    const mine = index.size;
    index.set(node, mine);
    low.set(node, mine);
    stack.push(node);
    onStack.add(node);
    for (const next of successors(node)) {
      if (!index.has(next)) {
        visit(next);
        low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0));
      } else if (onStack.has(next)) {
        low.set(node, Math.min(low.get(node) ?? 0, index.get(next) ?? 0));
      }
    }
    if (low.get(node) !== mine) return;
    const component: number[] = [];
    for (;;) {
      const top = stack.pop() as number;
      onStack.delete(top);
      component.push(top);
      if (top === node) break;
    }
    found.push(component);
  };
  // From the last one on, so that what comes first in the code comes first in the order.
  for (const node of [...nodes].sort((a, b) => b - a)) if (!index.has(node)) visit(node);
  return found;
}
