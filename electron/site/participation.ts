/** Taking part in a federation from a window: admitted while the person waits, the rest in the background. */
import type { InvitationView, MembershipView } from '../../shared/api/federation.ts';
import type { Decider, Decision } from '../../shared/consent.ts';
import { fault, isFault } from '../../shared/errors.ts';
import type { JoinOptions, JoinResult } from './federated-run.ts';
import { viewInvitation } from './invitation-view.ts';
import type { JoinEvent } from './join-events.ts';
import { type KeptInvitation, keptInvitation } from './kept-invitation.ts';
import { MembershipRecord } from './membership-view.ts';
import type { Site } from './site.ts';
import { reportOf } from './workstation.ts';

export interface ParticipationOptions {
  site: Site;
  decider: Decider;
  rule: () => Decision | undefined;
  /** Does the run as every run of the site is done: one at a time, with its progress on every page. */
  perform: (work: (run: RunOptions) => Promise<JoinResult>) => Promise<JoinResult>;
  show: (view: MembershipView) => void;
  /** The run is over or stopped. */
  onEnd: () => void;
}

/** What the site's one-run-at-a-time gives a run. */
export type RunOptions = Pick<JoinOptions, 'signal'> & { onEvent: (event: JoinEvent) => void };

export class Participation {
  readonly #options: ParticipationOptions;
  readonly #shown = new Map<string, string>(); // hash of the plan that was shown, by invitation
  #record: MembershipRecord | undefined;
  #leave: AbortController | undefined; // while it takes part

  constructor(options: ParticipationOptions) {
    this.#options = options;
  }

  /** Errors as `viewInvitation`. */
  async read(invitation: string, ca: string | null): Promise<InvitationView> {
    const { view, planHash } = await viewInvitation(this.#options.site, invitation, ca);
    this.#shown.set(invitation, planHash);
    return view;
  }

  /**
   * Gives the run's id when the site is admitted. Throws what stood in the way until then, `federation.other-plan` where
   * the plan is not the one that was shown.
   */
  join(kept: KeptInvitation): Promise<string> {
    const { site, decider, rule, perform, onEnd } = this.#options;
    const record = new MembershipRecord({
      name: site.name,
      fingerprint: site.fingerprint,
      volumes: site.folder.volumes.list().length,
    });
    const joined = Promise.withResolvers<string>();
    const leaving = new AbortController();
    const work = ({ signal, onEvent }: RunOptions) =>
      site.join({
        ...kept,
        planHash: this.#shown.get(kept.invitation),
        decider,
        rule,
        signal,
        leave: leaving.signal,
        onEvent: (event) => {
          onEvent(event);
          const changed = record.apply(event);
          if (event.type === 'joined') {
            this.#record = record;
            this.#leave = leaving;
            joined.resolve(event.run);
          }
          if (changed && this.#record === record) this.refresh();
        },
      });
    void perform(work)
      .then(
        ({ models: [model = null], left }) => {
          if (left) record.end('left', { words: 'This site has left the federation. What was learnt here stays.' });
          else record.end('finished', { words: 'The federation is finished.', model });
        },
        (error) => {
          joined.reject(error); // in vain where it was admitted
          if (isFault(error, 'site.cancelled')) {
            record.end('stopped', { words: 'Taking part was stopped. It can be continued.' });
          } else record.end('failed', { words: reportOf(error).message, error: reportOf(error) });
        },
      )
      .finally(() => {
        if (this.#record !== record) return;
        this.#leave = undefined;
        this.refresh();
        onEnd();
      });
    return joined.promise;
  }

  /** Goes on with a run that was cut off. Throws `storage.no-such-run`, `site.invitation-lost`, and as `join`. */
  resume(run: string): Promise<string> {
    return this.join(keptInvitation(this.#options.site.folder.runs.get(run)));
  }

  /** Throws `federation.not-a-member`. */
  leave(): void {
    if (!this.#leave) throw fault('federation.not-a-member');
    this.#leave.abort();
  }

  /** Shows how it stands, also after what the person knows has changed. */
  refresh(): void {
    const { site, show } = this.#options;
    const view = this.#record?.view((fingerprint) => site.folder.approvals.has(fingerprint));
    if (view) show(view);
  }
}
