/** The catalogue in use. */
import { en, type Texts } from './en.ts';

export * from './numbers.ts';
export const texts: Texts = en;
