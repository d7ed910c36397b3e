/** One step of Adam for a run of a weight's numbers. */
import {
  addFour,
  constant,
  decrease,
  divideFour,
  FunctionBuilder,
  get,
  increase,
  loadFour,
  multiplyAdd,
  multiplyFour,
  repeatWhile,
  set,
  splat,
  squareRootFour,
  storeFour,
  subtractFour,
} from './assembler.ts';
import type { Routine } from './thread-context.ts';

/** Over `fours` times four numbers; the last may lie beyond a tensor's end, in the output's slack. */
function adamStep(): FunctionBuilder {
  const f = new FunctionBuilder('adamStep');
  const addresses = Array.from({ length: 7 }, () => f.parameter('i32'));
  const [weight, gradient, first, second, newWeight, newFirst, newSecond] = addresses;
  const fours = f.parameter('i32');
  const settings = Array.from({ length: 5 }, () => f.parameter('f32'));
  const settingFours = settings.map(() => f.local('v128'));
  const [stepDown, rest1, rest2, unbias, epsilon] = settingFours;
  const g = f.local('v128');
  const m = f.local('v128');
  const v = f.local('v128');
  f.emit(
    ...settings.map((setting, i) => set(settingFours[i], splat(get(setting)))),
    repeatWhile(
      get(fours),
      set(g, loadFour(get(gradient))),
      set(m, loadFour(get(first))),
      set(v, loadFour(get(second))),
      set(m, multiplyAdd(subtractFour(get(g), get(m)), get(rest1), get(m))),
      set(v, multiplyAdd(subtractFour(multiplyFour(get(g), get(g)), get(v)), get(rest2), get(v))),
      storeFour(get(newFirst), get(m)),
      storeFour(get(newSecond), get(v)),
      set(v, addFour(squareRootFour(multiplyFour(get(v), get(unbias))), get(epsilon))),
      storeFour(get(newWeight), multiplyAdd(divideFour(get(m), get(v)), get(stepDown), loadFour(get(weight)))),
      ...addresses.map((address) => increase(address, constant(16))),
      decrease(fours, constant(1)),
    ),
  );
  return f;
}

export const adamFunctions = [adamStep()];

export const adamRoutines = {
  /** Arguments: the seven addresses, fours, then the five settings of `adamStep`. */
  adam: (({ code }, ...args) => code.adamStep(...args)) satisfies Routine as Routine,
};
