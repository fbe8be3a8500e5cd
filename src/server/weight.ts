import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { DEFAULT_PAGE, MAX_PAGE } from '../schema/pages.js';

export interface Weight {
  readonly depth: number;
  /** Of what is asked about the schema itself, which counts in `depth` as one field. */
  readonly schemaDepth: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
  /**
   * Rows its lists may bring, those inside each other multiplied, whatever is shown of them; a count weighs as several. A
   * size in a variable counts as the largest one.
   */
  readonly objects: number;
}

/** `ofRows`: the part of a page's selection that its size multiplies. */
type Inner = Weight & { readonly ofRows: number };

type Parent = ReturnType<typeof getNamedType> | null | undefined;
type Field = GraphQLField<unknown, unknown> | undefined;

const NOTHING: Inner = { depth: 0, schemaDepth: 0, fields: 0, aliases: 0, directives: 0, objects: 0, ofRows: 0 };
/** Counting reads every row of a list, but brings none. */
const COUNT = 10;
/** Objects in a list whose size nobody chooses, such as the history of an entry. */
const LIST = 10;

/** What the operations of a document ask for, with fragments counted wherever they are spread. Linear in its size. */
export function weightOf(document: DocumentNode, schema: GraphQLSchema): Weight {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const weighed = new Map<string, Inner>();
  let total = NOTHING;
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    const own = { ...NOTHING, directives: node.directives?.length ?? 0 };
    total = sum(total, own, ofSet(node.selectionSet, schema.getRootType(node.operation)));
  }
  return total;

  function ofSet(set: SelectionSetNode, parent: Parent): Inner {
    let weight: Inner = { ...NOTHING, depth: 1 };
    for (const node of set.selections) {
      const own = { ...NOTHING, directives: node.directives?.length ?? 0 };
      if (node.kind === Kind.FIELD) weight = sum(weight, own, ofField(node, parent));
      else if (node.kind === Kind.INLINE_FRAGMENT) {
        const type = node.typeCondition ? schema.getType(node.typeCondition.name.value) : parent;
        weight = sum(weight, own, ofSet(node.selectionSet, type));
      } else weight = sum(weight, own, ofFragment(node.name.value));
    }
    return weight;
  }

  function ofField(node: FieldNode, parent: Parent): Inner {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    const inside = node.selectionSet ? ofSet(node.selectionSet, field && getNamedType(field.type)) : NOTHING;
    const ofSchema = node.name.value === '__schema' || node.name.value === '__type';
    return {
      ...inside,
      depth: ofSchema ? 1 : inside.depth + 1,
      schemaDepth: ofSchema ? inside.depth + 1 : inside.schemaDepth,
      fields: inside.fields + 1,
      aliases: inside.aliases + (node.alias ? 1 : 0),
      ...rowsOf(node, field, inside, isPage(parent)),
    };
  }

  /** A fragment inside itself weighs nothing there: validation refuses it. */
  function ofFragment(name: string): Inner {
    const found = weighed.get(name);
    if (found) return found;
    weighed.set(name, NOTHING);
    const fragment = fragments.get(name);
    const type = fragment && schema.getType(fragment.typeCondition.name.value);
    const weight = fragment ? ofSet(fragment.selectionSet, type) : NOTHING;
    weighed.set(name, weight);
    return weight;
  }
}

/** A field that is not there weighs nothing: validation refuses it. The schema itself is no row. */
function rowsOf(node: FieldNode, field: Field, inside: Inner, ofPage: boolean): Pick<Inner, 'objects' | 'ofRows'> {
  if (!field || getNamedType(field.type).name.startsWith('__')) return { objects: inside.objects, ofRows: 0 };
  const list = isListType(getNullableType(field.type));
  if (ofPage && field.name === 'totalCount') return { objects: COUNT, ofRows: 0 };
  if (ofPage && list) return { objects: 0, ofRows: inside.objects };
  const size = sizeOf(node, field, list);
  return list
    ? { objects: size * (1 + inside.objects), ofRows: 0 }
    : { objects: size * (1 + inside.ofRows) + inside.objects, ofRows: 0 };
}

function sizeOf(node: FieldNode, field: GraphQLField<unknown, unknown>, list: boolean): number {
  const given = (...names: readonly string[]) => node.arguments?.find(({ name }) => names.includes(name.value))?.value;
  const argument = (wanted: string) => field.args.find(({ name }) => name === wanted);
  if (argument('ids')) return lengthOf(given('ids'));
  const first = argument('first');
  if (first) return numberOf(given('first', 'last')) ?? Number(first.defaultValue ?? DEFAULT_PAGE);
  return list && isCompositeType(getNamedType(field.type)) ? LIST : 0;
}

/** Of a list of ids, each of which brings one row. */
function lengthOf(ids: ValueNode | undefined): number {
  return ids?.kind === Kind.LIST ? Math.min(ids.values.length, MAX_PAGE) : MAX_PAGE;
}

/** Null: the default of the field. A size out of bounds is refused by the field. */
function numberOf(size: ValueNode | undefined): number | null {
  if (size === undefined || size.kind === Kind.NULL) return null;
  return size.kind === Kind.INT ? Math.min(Math.abs(Number(size.value)), MAX_PAGE) : MAX_PAGE;
}

/** Whether a type is that of a page, whose rows the size of its field multiplies. */
const isPage = (type: Parent) => isObjectType(type) && 'pageInfo' in type.getFields();

function sum(...weights: readonly Inner[]): Inner {
  return {
    depth: Math.max(...weights.map(({ depth }) => depth)),
    schemaDepth: Math.max(...weights.map(({ schemaDepth }) => schemaDepth)),
    fields: total(weights, 'fields'),
    aliases: total(weights, 'aliases'),
    directives: total(weights, 'directives'),
    objects: total(weights, 'objects'),
    ofRows: total(weights, 'ofRows'),
  };
}

function total(weights: readonly Inner[], what: Exclude<keyof Inner, 'depth' | 'schemaDepth'>): number {
  return weights.reduce((all, weight) => all + weight[what], 0);
}
