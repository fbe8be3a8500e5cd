import type { Demo } from './demo.js';
export function welcome(demo: Demo, seconds: number): string { return `${demo.graphqlUrl} ${seconds}`; }
