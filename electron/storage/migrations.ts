/**
 * The layout of site.sqlite, as the steps that lead from an empty file to today's. A released step is never changed;
 * a new layout is a new step at the end. `PRAGMA user_version` counts the steps that a file has behind it.
 */
import type { Database } from 'better-sqlite3';
import { fault } from '../../shared/errors.ts';

/** Times are RFC 3339 in UTC; columns marked JSON are checked by a schema when they are read. */
const first = `
  CREATE TABLE site (
    one INTEGER PRIMARY KEY CHECK (one = 1), -- a single row
    name TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE volumes (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    source TEXT NOT NULL, -- path it was imported from
    series TEXT, -- JSON: what DICOM said of it
    content_hash TEXT NOT NULL,
    grid TEXT NOT NULL, -- JSON: grid and sourceGrid
    labels TEXT, -- JSON: label numbers present; null without a label map
    label_source TEXT,
    imported_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX volumes_by_content ON volumes (content_hash);

  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    plan TEXT NOT NULL, -- JSON
    plan_hash TEXT NOT NULL,
    details TEXT NOT NULL, -- JSON: what the run needs to continue
    state TEXT NOT NULL,
    round INTEGER NOT NULL, -- finished rounds
    step INTEGER NOT NULL, -- finished steps of the round under way
    note TEXT NOT NULL,
    started_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    ended_at TEXT
  ) STRICT;

  CREATE TABLE metrics (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    round INTEGER NOT NULL,
    step INTEGER NOT NULL, -- 0: the round as a whole
    name TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (run, round, step, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE models (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    plan TEXT NOT NULL, -- JSON
    plan_hash TEXT NOT NULL,
    run TEXT REFERENCES runs (id) ON DELETE SET NULL,
    note TEXT NOT NULL,
    scores TEXT, -- JSON
    created_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE approvals (
    fingerprint TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    approved_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE permissions (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL, -- JSON: run, federation, asker, stage and kind that it is for
    bounds TEXT NOT NULL, -- JSON
    granted_by TEXT NOT NULL,
    granted_at TEXT NOT NULL,
    withdrawn_at TEXT
  ) STRICT;

  -- AUTOINCREMENT remembers the largest number ever given, which betrays entries cut off the end.
  CREATE TABLE ledger (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    entry TEXT NOT NULL, -- canonical JSON, its number and time included
    previous TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TRIGGER ledger_keeps_entries BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
  CREATE TRIGGER ledger_drops_nothing BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
  CREATE TRIGGER ledger_grows_at_its_end BEFORE INSERT ON ledger
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM ledger)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
`;

/** Label maps besides the training labels, and what people say of volumes. */
const labelMaps = `
  CREATE TABLE label_maps (
    id TEXT PRIMARY KEY,
    volume TEXT NOT NULL REFERENCES volumes (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('prediction', 'drawing')),
    name TEXT NOT NULL,
    model TEXT, -- of a prediction, or that a drawing began with; may be gone by now
    basis TEXT, -- label map that a drawing began with; may be gone by now
    verdict TEXT NOT NULL, -- about a prediction
    labels TEXT NOT NULL, -- JSON: label numbers present
    confidence REAL, -- of a prediction, 0 to 1; null where it labels nothing
    scores TEXT, -- JSON: of a prediction against the training labels that the volume had then
    folded INTEGER NOT NULL, -- strokes that its file holds
    position INTEGER NOT NULL, -- strokes that are done; those after it are undone
    revision INTEGER NOT NULL, -- counts changes, so that two processes cannot draw past each other
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX label_maps_by_volume ON label_maps (volume);
  CREATE INDEX label_maps_by_model ON label_maps (model);

  CREATE TABLE strokes (
    map TEXT NOT NULL REFERENCES label_maps (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, -- from 1 on, without gaps after those that were folded
    label INTEGER NOT NULL,
    record BLOB NOT NULL, -- see stroke.ts
    PRIMARY KEY (map, number)
  ) STRICT;

  CREATE TABLE label_names (
    label INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    colour TEXT NOT NULL -- #rrggbb
  ) STRICT;

  ALTER TABLE volumes ADD COLUMN label_origin TEXT; -- JSON: the label map that its labels were copied from, by whom
  ALTER TABLE volumes ADD COLUMN note TEXT NOT NULL DEFAULT '';
`;

/** What a window shows and sets. */
const workstation = `
  ALTER TABLE volumes ADD COLUMN display TEXT; -- JSON: range and window of its values; null until they are measured
  ALTER TABLE volumes ADD COLUMN dicom_files TEXT; -- JSON: paths of its series; null for another format
  ALTER TABLE runs ADD COLUMN person_note TEXT NOT NULL DEFAULT '';
  CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL -- JSON
  ) STRICT;
`;

const mapVolumes = `
  ALTER TABLE label_maps ADD COLUMN counts TEXT; -- JSON: voxels of each label of a prediction
`;

/** Null where nobody judged the prediction, or before this was noted. */
const judgements = `
  ALTER TABLE label_maps ADD COLUMN judged_by TEXT;
  ALTER TABLE label_maps ADD COLUMN judged_at TEXT;
`;

const computedOn = `
  ALTER TABLE runs ADD COLUMN computed_on TEXT NOT NULL DEFAULT '[]'; -- JSON: engines and devices; empty before it was noted
`;

/** Which volumes are for what, and what models and label maps came from. */
const provenance = `
  ALTER TABLE volumes ADD COLUMN sample INTEGER NOT NULL DEFAULT 0; -- 1: made up, to try Isocenter with
  UPDATE volumes SET sample = 1 WHERE source = 'sample data';

  CREATE TABLE cohorts (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('training', 'validation', 'held-out')),
    created_at TEXT NOT NULL
  ) STRICT;

  -- By content, so that a volume which is removed and imported again is what it was.
  CREATE TABLE cohort_volumes (
    cohort TEXT NOT NULL REFERENCES cohorts (name) ON DELETE CASCADE,
    content_hash TEXT NOT NULL,
    PRIMARY KEY (cohort, content_hash)
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE models ADD COLUMN lineage TEXT; -- JSON; null until the site is opened next, then what is known
  ALTER TABLE runs ADD COLUMN lineage TEXT NOT NULL DEFAULT '{"ancestors":[],"volumes":[],"complete":true}'; -- JSON
  -- What an earlier version's part of a federation learnt from was not noted.
  UPDATE runs SET lineage = '{"ancestors":[],"volumes":[],"complete":false}' WHERE kind = 'federated';

  ALTER TABLE label_maps ADD COLUMN models TEXT; -- JSON: models whose output is in it; null where that is not known
  UPDATE label_maps SET models = json_array(model) WHERE model IS NOT NULL;
  UPDATE label_maps SET models = '[]' WHERE model IS NULL AND (basis IS NULL
    OR basis = 'training-' || volume AND (SELECT label_origin FROM volumes WHERE id = volume) IS NULL);
  UPDATE label_maps SET models = (
      SELECT map.models FROM volumes JOIN label_maps AS map ON map.id = json_extract(volumes.label_origin, '$.map')
      WHERE volumes.id = label_maps.volume AND json_extract(volumes.label_origin, '$.at') <= label_maps.created_at
    ) WHERE models IS NULL AND basis = 'training-' || volume;
  UPDATE label_maps SET models = (SELECT map.models FROM label_maps AS map WHERE map.id = label_maps.basis)
    WHERE models IS NULL AND basis <> 'training-' || volume;
  UPDATE volumes SET label_origin = json_set(label_origin, '$.models',
    json((SELECT models FROM label_maps WHERE id = json_extract(label_origin, '$.map')))
  ) WHERE label_origin IS NOT NULL;
`;

/** Null until it is made, and again when the volume's labels change. */
const fingerprints = `
  ALTER TABLE volumes ADD COLUMN fingerprint TEXT; -- JSON
`;

export const migrations: readonly string[] = [
  first,
  labelMaps,
  workstation,
  mapVolumes,
  judgements,
  computedOn,
  provenance,
  fingerprints,
];

/**
 * Takes the steps that the database has not behind it, each whole or not at all; safe when two processes open the
 * file at once. Throws `storage.newer-site` where the file has more steps behind it than there are.
 */
export function migrate(database: Database, steps: readonly string[], file: string): void {
  const version = () => Number(database.pragma('user_version', { simple: true }));
  const next = database.transaction(() => {
    const found = version();
    if (found >= steps.length) return;
    database.exec(steps[found]);
    database.pragma(`user_version = ${found + 1}`);
  });
  while (version() < steps.length) next.immediate();
  if (version() > steps.length) throw fault('storage.newer-site', { file, found: version(), known: steps.length });
}
