import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../../tests/test-folder.ts';
import { countOrAll, engineOption, hostAndPort, readPlan, wholeNumber, wholeNumbers } from './action.ts';

const folder = testFolder().path;

function planFile(text: string): string {
  const file = join(folder, 'plan.json');
  writeFileSync(file, text);
  return file;
}

describe('readPlan', () => {
  it('fills in the defaults', () => {
    expect(readPlan(planFile('{"rounds": 2, "stepsPerRound": 2}'))).toMatchObject({
      rounds: 2,
      stepsPerRound: 2,
      temperature: 0.1,
    });
  });

  it.each([
    ['{"round": 2}', 'site.plan-invalid'],
    ['{"inputSize": 50}', 'site.plan-invalid'],
    ['{', 'site.plan-unreadable'],
  ])('refuses %s', (text, code) => {
    expect(() => readPlan(planFile(text))).toThrow(expect.objectContaining({ code }));
  });

  it('names a file that is not there', () => {
    expect(() => readPlan(join(folder, 'none.json'))).toThrow(/none\.json/);
  });
});

describe('--engine', () => {
  const parse = (...args: string[]) => {
    const said: string[] = [];
    const command = new Command('pretrain').addOption(engineOption()).exitOverride();
    command.configureOutput({ writeErr: (text) => said.push(text) });
    try {
      return command.parse(args, { from: 'user' }).opts().engine;
    } catch {
      return said.join('');
    }
  };

  it('is a name of an engine or auto, and nothing where it is not given', () => {
    expect(parse('--engine', 'webgpu')).toBe('webgpu');
    expect(parse()).toBeUndefined();
  });

  it('says which there are', () => {
    expect(parse('--engine', 'abacus')).toContain('Allowed choices are auto, tensorflow, webgpu, wasm.');
  });
});

describe('values on the command line', () => {
  it('are read', () => {
    expect(wholeNumbers('1,2,4')).toEqual([1, 2, 4]);
    expect(countOrAll('all')).toBe('all');
    expect(hostAndPort('[::1]:80')).toEqual({ host: '::1', port: 80 });
    expect(hostAndPort('example.org:443')).toEqual({ host: 'example.org', port: 443 });
  });

  it.each(['-1', '1.5', 'x', ''])('%s is no whole number', (text) => expect(() => wholeNumber(0)(text)).toThrow());
  it.each(['1.2.3.4', ':80', 'a:b', 'a:70000', '::1:80'])('%s is no address', (text) =>
    expect(() => hostAndPort(text)).toThrow(),
  );
});
