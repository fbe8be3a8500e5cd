/** A typed client: documents, a call for queries and mutations, and a live client that resumes. */
export { type Call, createCall } from './call.js';
export * from './documents/api-key.js';
export * from './documents/audit-log.js';
export * from './documents/azure.js';
export * from './documents/connection.js';
export * from './documents/drift.js';
export * from './documents/mapping.js';
export * from './documents/marketplace.js';
export { graphql } from './generated/index.js';
export { createLiveClient, type LiveClient, LiveError, type LiveOptions, resumable } from './live.js';
