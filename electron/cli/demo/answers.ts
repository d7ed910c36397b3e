/** The verbs of a site as they travel between processes: a fault goes as data, because cloning would strip its code. */
import { type ErrorCode, type ErrorDetails, fault, isFault } from '../../../shared/errors.ts';
import type { SiteVerbs } from './site-verbs.ts';

type Answer<Result> = { result: Result } | { code: ErrorCode; details: ErrorDetails };
type Verb = (...given: unknown[]) => Promise<unknown>;

export type AnsweredVerbs = {
  [Name in keyof SiteVerbs]: (
    ...given: Parameters<SiteVerbs[Name]>
  ) => Promise<Answer<Awaited<ReturnType<SiteVerbs[Name]>>>>;
};

/** For the site's end. */
export function answering(verbs: SiteVerbs): AnsweredVerbs {
  const wrapped = Object.entries(verbs).map(([name, verb]: [string, Verb]) => [
    name,
    async (...given: unknown[]): Promise<Answer<unknown>> => {
      try {
        return { result: await verb(...given) };
      } catch (error) {
        if (isFault(error)) return { code: error.code, details: error.details };
        throw error;
      }
    },
  ]);
  return Object.fromEntries(wrapped) as AnsweredVerbs;
}

/** For the demo's end: the fault is thrown here as it was there. */
export function asking(verbs: AnsweredVerbs): SiteVerbs {
  return new Proxy({} as SiteVerbs, {
    get:
      (_, name: keyof SiteVerbs) =>
      async (...given: unknown[]) => {
        const answer = (await (verbs[name] as Verb)(...given)) as Answer<unknown>;
        if ('code' in answer) throw fault(answer.code, answer.details);
        return answer.result;
      },
  });
}
