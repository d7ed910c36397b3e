/** Taking part in a federation from a window: admitted while the person waits, the rest in the background. */

import type { InvitationView, LearnsFrom, MembershipView } from '../../../shared/api/federation.ts';
import type { Decider, Decision } from '../../../shared/consent.ts';
import { fault } from '../../../shared/errors.ts';
import { isOver } from '../../../shared/runs.ts';
import type { JoinOptions } from '../../site/runs/federated-run.ts';
import { invitationHash } from '../../site/runs/invitation.ts';
import type { JoinEvent } from '../../site/runs/join-events.ts';
import { isKept, keptInvitation } from '../../site/runs/kept-invitation.ts';
import { recordedRounds } from '../../site/runs/recorded-rounds.ts';
import type { Site } from '../../site/site.ts';
import { learnable } from '../../site/volumes.ts';
import type { Run } from '../../storage/runs.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';
import { viewInvitation } from '../views/invitation-view.ts';
import { MembershipRecord } from '../views/membership-view.ts';
import type { RunDesk, RunHooks } from './run-desk.ts';

export interface ParticipationOptions {
  site: Site;
  runs: RunDesk; // one run at a time
  decider: Decider;
  rule: () => Decision | undefined;
  show: (view: MembershipView) => void;
}

export class Participation {
  readonly #options: ParticipationOptions;
  readonly #shown = new Map<string, string>(); // hash of the plan that was shown, by hash of the token
  #record: MembershipRecord | undefined;
  #hooks: RunHooks | undefined; // while it takes part

  constructor(options: ParticipationOptions) {
    this.#options = options;
  }

  /** Shows the last federation where it was cut off, so that a person can go on with it. */
  recall(): void {
    const { folder } = this.#options.site;
    const run = folder.runs.listOf('federated').at(-1);
    if (!run || this.#record || isOver(run) || !isKept(run)) return;
    const { federation } = run.details;
    const known = folder.approvals.list().find(({ fingerprint }) => fingerprint === run.details.coordinator);
    const coordinator = { name: known?.name ?? federation, fingerprint: run.details.coordinator };
    const record = this.#newRecord();
    const learnsFrom = learnsFromOf(folder, run);
    record.apply({ type: 'joined', run: run.id, federation, coordinator, plan: run.plan, learnsFrom });
    record.remember(recordedRounds(folder, run));
    record.endWith(fault('site.cancelled'));
    this.#record = record;
    this.refresh();
  }

  /** Errors as `viewInvitation`. */
  async read(invitation: string, ca: string | null): Promise<InvitationView> {
    const { view, planHash } = await viewInvitation(this.#options.site, invitation, ca);
    this.#shown.set(invitationHash(invitation), planHash);
    return view;
  }

  /**
   * Gives the run's id when the site is admitted. Throws what stood in the way until then, `federation.other-plan`
   * where the plan is not the one that was shown.
   */
  async join(invitation: string, ca: string | undefined, cohort: string | undefined): Promise<string> {
    return this.#join({ invitation, ca, cohort, planHash: this.#shown.get(invitationHash(invitation)) });
  }

  /**
   * Goes on with a run that was cut off. Throws `storage.no-such-run`, `storage.run-is-over`,
   * `site.run-needs-invitation`, and as `join`.
   */
  async resume(id: string): Promise<string> {
    const run = this.#options.site.folder.runs.get(id);
    if (isOver(run)) throw fault('storage.run-is-over', { id, state: run.state });
    return this.#join({ ...keptInvitation(run), planHash: run.planHash, resume: id });
  }

  /** Says goodbye after the running step. Throws `federation.not-a-member`. */
  leave(): void {
    if (!this.#hooks) throw fault('federation.not-a-member');
    this.#options.runs.cancel();
  }

  /** Whether the run waits for a person. */
  wait(waiting: boolean): void {
    this.#hooks?.onWaiting(waiting);
  }

  #join(how: Omit<JoinOptions, 'decider' | 'rule' | 'signal' | 'onRun' | 'onEvent'>): Promise<string> {
    const { site, runs, decider, rule } = this.#options;
    const record = this.#newRecord();
    return runs.perform('federated', async (hooks) => {
      const { signal, onRun, onProgress } = hooks;
      const onEvent = (event: JoinEvent) => {
        const changed = record.apply(event);
        if (event.type === 'joined') {
          record.remember(recordedRounds(site.folder, site.folder.runs.get(event.run)));
          this.#record = record;
          this.#hooks = hooks;
        } else if (event.type === 'progress') onProgress({ ...event, message: event.words });
        if (changed && this.#record === record) this.refresh();
      };
      try {
        const { models, left } = await site.join({ ...how, decider, rule, signal, onRun, onEvent });
        record.end(left ? 'left' : 'finished', models[0]);
      } catch (error) {
        record.endWith(error);
        throw error;
      } finally {
        this.#hooks = undefined;
        if (this.#record === record) this.refresh();
      }
    });
  }

  #newRecord(): MembershipRecord {
    const { name, fingerprint } = this.#options.site;
    return new MembershipRecord({ name, fingerprint });
  }

  /** Shows how it stands, also after what the person knows has changed. */
  refresh(): void {
    const { site, show } = this.#options;
    const view = this.#record?.view((fingerprint) => site.folder.approvals.has(fingerprint));
    if (view) show(view);
  }
}

/** Of a run that is not at work. A cohort that was removed meanwhile has no volumes. */
function learnsFromOf(folder: SiteFolder, { details }: Run<'federated'>): LearnsFrom {
  const { cohort } = details;
  const isThere = cohort === undefined || folder.cohorts.list().some(({ name }) => name === cohort);
  const { volumes, samples } = isThere ? learnable(folder, cohort) : { volumes: 0, samples: false };
  return { cohort: cohort ?? null, volumes, samples };
}
