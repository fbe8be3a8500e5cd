import { readFileSync } from 'node:fs';
import { parse } from 'graphql';

/** What is wrong with a file of documents by id, or null. */
export function manifestFault(file: string): string | null {
  try {
    readManifest(file);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Documents by id. Throws what is wrong, in the words of a fault of the configuration. */
export function readManifest(file: string): ReadonlyMap<string, string> {
  const documents = new Map<string, string>();
  for (const [id, document] of Object.entries(objectOf(file))) {
    if (typeof document !== 'string' || !isDocument(document)) {
      throw new Error(`names a file whose "${id.slice(0, 100)}" is no GraphQL document`);
    }
    documents.set(id, document);
  }
  return documents;
}

function objectOf(file: string): object {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`names a file that cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  throw new Error('names a file that is no JSON object of documents by id');
}

function isDocument(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}
