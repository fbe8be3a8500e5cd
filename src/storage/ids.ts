import { v7 } from 'uuid';

/** A time-ordered row id (UUIDv7). */
export type NewId = () => string;
export const newId: NewId = () => v7();
