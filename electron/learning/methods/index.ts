/** The pretext tasks by the names that plans give them. */
import type { MethodName } from '../../../shared/method.ts';
import type { Plan } from '../../../shared/plan.ts';
import { fcl } from './fcl.ts';
import type { Method } from './method.ts';

const methods: Record<MethodName, Method> = { fcl };

/** The plan's method. */
export function methodOf({ method }: Plan): Method {
  return methods[method];
}
