/** The catalogue in use. */
import { en, type Texts } from '../../shared/texts/en.ts';

export * from '../../shared/texts/numbers.ts';
export const texts: Texts = en;
