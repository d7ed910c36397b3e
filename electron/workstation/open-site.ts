/** A site that is open in windows: what it does with others, who decides about that, and what its windows see of it. */
import type { StandingPermission } from '../../shared/api/consent.ts';
import type { Decision } from '../../shared/consent.ts';
import { reportOf } from '../../shared/errors.ts';
import { boundsInWords } from '../site/consent/bounds.ts';
import { readSettings } from '../site/settings.ts';
import type { Site } from '../site/site.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { ConsentDesk } from './desks/consent-desk.ts';
import { Hosting } from './desks/hosting.ts';
import { Participation } from './desks/participation.ts';
import type { RunDesk } from './desks/run-desk.ts';
import type { Windows } from './windows.ts';

export class OpenSite {
  readonly site: Site;
  readonly consent: ConsentDesk;
  readonly hosting: Hosting;
  readonly participation: Participation;
  readonly #windows: Windows;
  readonly #unsubscribe: (() => void)[];

  constructor(site: Site, windows: Windows, runs: RunDesk) {
    this.site = site;
    this.#windows = windows;
    this.consent = new ConsentDesk({
      person: windows.snapshot.person,
      show: (questions) => {
        windows.change({ questions });
        this.participation.wait(questions.length > 0);
      },
    });
    this.hosting = new Hosting({
      site,
      show: (hosted) => windows.change({ hosted }),
      onModel: () => windows.changed('models'),
    });
    this.participation = new Participation({
      site,
      runs,
      decider: this.consent.decider,
      rule: () => this.#rule(),
      show: (membership) => windows.change({ membership }),
    });
    this.#unsubscribe = [
      site.folder.ledger.onAppend(() => this.#follow(() => this.#onLedger())),
      windows.onEvent((event) => {
        if (event.type !== 'changed') return;
        if (event.what === 'settings') this.#follow(() => this.#onSettings());
        if (event.what === 'runs') this.#follow(() => this.#showPermissions()); // those of a run that is over are gone
      }),
    ];
    this.#showPermissions();
    this.participation.recall();
    void this.hosting.recall().catch(() => {}); // what is kept of it is broken: hosting says so
  }

  /** Every open question is a no; the coordinator tells its sites. The site itself stays open. */
  async close(): Promise<void> {
    this.consent.close();
    await this.hosting.close();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #rule(): Decision | undefined {
    if (readSettings(this.site.folder).consent !== 'refuse') return undefined;
    return { answer: 'refuse', ...RULE };
  }

  /** What follows from a change. No verb waits here that could tell of an error, a disk that is gone, say. */
  #follow(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#windows.change({ problem: reportOf(error) });
    }
  }

  #onSettings(): void {
    if (this.#rule()) this.consent.refuseAll(RULE.by, RULE.reason);
  }

  #onLedger(): void {
    this.#showPermissions();
    this.hosting.refresh();
    this.participation.refresh();
    this.#windows.changed('ledger');
    this.#windows.changed('parties');
  }

  #showPermissions(): void {
    this.#windows.change({ permissions: standingPermissions(this.site.folder) });
  }
}

const RULE = { by: 'rule of the site', reason: "the site's rule refuses everything" };

/** In force now, oldest first. */
function standingPermissions({ permissions, ledger }: SiteFolder): StandingPermission[] {
  return permissions.list().map(({ id, scope, bounds, grantedBy, grantedAt }) => {
    const { run, federation, asker, stage, kind } = scope;
    const coordinator = { name: ledger.askerName(asker) ?? '', fingerprint: asker };
    const words = boundsInWords(bounds);
    return { id, run, federation, coordinator, stage, kind, bounds, words, grantedBy, grantedAt };
  });
}
