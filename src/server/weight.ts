import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { DEFAULT_PAGE, MAX_PAGE } from '../schema/pages.js';

export interface Weight {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
  /** Rows its pages may bring, those inside each other multiplied. A size in a variable counts as the largest one. */
  readonly objects: number;
}

/** Whether a selection is that of a page: then its field's size multiplies what is inside. */
type Inner = Weight & { readonly ofPage: boolean };

const NOTHING: Inner = { depth: 0, fields: 0, aliases: 0, directives: 0, objects: 0, ofPage: false };

/** What the operations of a document ask for, with fragments counted wherever they are spread. Linear in its size. */
export function weightOf(document: DocumentNode): Weight {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const weighed = new Map<string, Inner>();
  let total = NOTHING;
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    total = sum(total, { ...NOTHING, directives: node.directives?.length ?? 0 }, ofSet(node.selectionSet));
  }
  return total;

  function ofSet(set: SelectionSetNode): Inner {
    let weight: Inner = { ...NOTHING, depth: 1 };
    for (const node of set.selections) {
      const own = { ...NOTHING, directives: node.directives?.length ?? 0 };
      if (node.kind === Kind.FIELD) weight = sum(weight, own, ofField(node));
      else if (node.kind === Kind.INLINE_FRAGMENT) weight = sum(weight, own, ofSet(node.selectionSet));
      else weight = sum(weight, own, ofFragment(node.name.value));
    }
    return weight;
  }

  function ofField(node: FieldNode): Inner {
    const inside = node.selectionSet ? ofSet(node.selectionSet) : NOTHING;
    const ids = node.arguments?.find(({ name }) => name.value === 'ids')?.value;
    const size = ids ? lengthOf(ids) : inside.ofPage ? sizeOf(node) : 0;
    return {
      ...inside,
      depth: inside.depth + 1,
      fields: inside.fields + 1,
      aliases: inside.aliases + (node.alias ? 1 : 0),
      objects: size > 0 ? size * (1 + inside.objects) : inside.objects,
      ofPage: node.name.value === 'nodes' || node.name.value === 'edges',
    };
  }

  /** A fragment inside itself weighs nothing there: validation refuses it. */
  function ofFragment(name: string): Inner {
    const found = weighed.get(name);
    if (found) return found;
    weighed.set(name, NOTHING);
    const fragment = fragments.get(name);
    const weight = fragment ? ofSet(fragment.selectionSet) : NOTHING;
    weighed.set(name, weight);
    return weight;
  }
}

/** Of a list of ids, each of which brings one row. */
function lengthOf(ids: ValueNode): number {
  return ids.kind === Kind.LIST ? Math.min(ids.values.length, MAX_PAGE) : MAX_PAGE;
}

function sizeOf(page: FieldNode): number {
  const size = page.arguments?.find(({ name }) => name.value === 'first' || name.value === 'last')?.value;
  if (size === undefined || size.kind === Kind.NULL) return DEFAULT_PAGE;
  return size.kind === Kind.INT ? Math.min(Number(size.value), MAX_PAGE) : MAX_PAGE;
}

function sum(...weights: readonly Inner[]): Inner {
  return {
    depth: Math.max(...weights.map(({ depth }) => depth)),
    fields: total(weights, 'fields'),
    aliases: total(weights, 'aliases'),
    directives: total(weights, 'directives'),
    objects: total(weights, 'objects'),
    ofPage: weights.some(({ ofPage }) => ofPage),
  };
}

function total(weights: readonly Inner[], what: 'fields' | 'aliases' | 'directives' | 'objects'): number {
  return weights.reduce((all, weight) => all + weight[what], 0);
}
