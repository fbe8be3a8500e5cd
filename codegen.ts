import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents for the operations that the client, the tests and the tour send. Nothing in src depends on them. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['client/**/*.ts', 'test/**/*.ts', 'demo/**/*.ts', '!client/generated/**'],
  ignoreNoDocuments: true,
  generates: {
    'client/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        importExtension: '.js',
        scalars: {
          DateTime: 'string',
          Date: 'string',
          Decimal: 'string',
          JSON: 'unknown',
          Secret: 'string',
          SealedJSON: 'unknown',
        },
      },
    },
  },
};

export default config;
