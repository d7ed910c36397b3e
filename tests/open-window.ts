/** A workstation as a window has it, for tests: verbs through the gate, events kept, and waiting for what is pushed. */
import { setTimeout } from 'node:timers/promises';
import { Workstation, type WorkstationOptions } from '../electron/workstation/workstation.ts';
import type { SiteApi, SiteEvent, Snapshot, VerbName } from '../shared/api.ts';

export interface OpenedWindow {
  workstation: Workstation;
  events: SiteEvent[];
  /** Asks through the gate; an error comes back as its code. */
  ask<Name extends VerbName>(name: Name, ...args: Parameters<SiteApi[Name]>): ReturnType<SiteApi[Name]>;
  refused(name: string, ...args: unknown[]): Promise<string>;
  until(what: (snapshot: Snapshot) => boolean): Promise<Snapshot>;
  idle(): Promise<Snapshot>;
}

export function openWindow(options: WorkstationOptions): OpenedWindow {
  const workstation = new Workstation(options);
  const events: SiteEvent[] = [];
  workstation.onEvent((event) => events.push(structuredClone(event)));
  // Looked at often: pushes come too seldom to catch a quick run in its middle.
  const until = async (what: (snapshot: Snapshot) => boolean) => {
    while (!what(workstation.snapshot)) await setTimeout(3);
    return workstation.snapshot;
  };
  return {
    workstation,
    events,
    ask: (async (name: VerbName, ...args: unknown[]) => {
      const reply = await workstation.answer(name, args);
      if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
      return reply.value;
    }) as OpenedWindow['ask'],
    async refused(name, ...args) {
      const reply = await workstation.answer(name, args);
      return reply.ok ? 'not refused' : reply.error.code;
    },
    until,
    idle: () => until(({ activity, tasks }) => activity === null && tasks.every(({ state }) => state !== 'running')),
  };
}
