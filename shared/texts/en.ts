/**
 * Every text of the window and its shell in English. A second language is one more file of this shape. What a text says
 * of numbers it gets as an argument, so that each language has its own order and plural.
 */

import type { ExportFormat, LeftOut } from '../api/review.ts';
import type { Verdict } from '../api/viewer.ts';
import type { LabelState } from '../api/volumes.ts';
import type { CohortRole } from '../cohorts.ts';
import { type Distribution, isFew } from '../distribution.ts';
import type { EngineChoice, EngineName } from '../engine.ts';
import type { MethodName } from '../method.ts';
import type { Plan, SettingPath } from '../plan.ts';
import type { RunKind, RunState } from '../runs.ts';
import type { ScoreSummary } from '../score-summary.ts';
import type { SliceAxis } from '../volume.ts';
import { amount, bytes, number } from './numbers.ts';

const engineNames: Record<EngineName, string> = {
  tensorflow: 'TensorFlow',
  webgpu: 'Graphics card (WebGPU)',
  wasm: 'Processor (WASM)',
};

const cohortRoles: Record<CohortRole, string> = {
  training: 'Training',
  validation: 'Validation',
  'held-out': 'Held out',
};

// Viewer
const viewer = {
  title: 'Viewer',
  none: {
    title: 'No volume is open',
    words: 'Choose a volume to read. Any other opens from the Volumes page, and predictions from Review.',
    empty: 'This site has no volumes yet. Import scans on the Volumes page first.',
    volumes: 'Go to Volumes',
    recent: 'Imported last',
  },
  opening: 'Opening the volume',
  gone: {
    code: 'viewer.gone',
    message: 'These voxels are not at the site any more.',
    next: 'The volume or label map was removed. Go back to Volumes and choose another.',
  },
  broken: {
    code: 'viewer.broken',
    message: 'The voxels did not arrive in full.',
    next: 'What arrived is shown. Try again to fetch the rest.',
  },
  loading: (done: string, total: string) => `Loading ${done} of ${total}`,
  loadingMap: (name: string) => `Loading the label map “${name}”`,
  planes: { axial: 'Axial', coronal: 'Coronal', sagittal: 'Sagittal' },
  slice: (slice: number, slices: number) => `${number(slice)} / ${number(slices)}`,
  sliceWords: (plane: string, slice: number, slices: number, place: string) =>
    `${plane}, slice ${number(slice)} of ${number(slices)}, ${place}`,
  viewport: 'slice view',
  partition: (partition: number, partitions: number) => `Partition ${number(partition)} of ${number(partitions)}`,
  scroll: (plane: string) => `Slice of the ${plane.toLowerCase()} view`,
  enlarge: (plane: string) => `Show the ${plane.toLowerCase()} view alone`,
  shrink: 'Show all views',
  mm: (value: number) => `${number(value)} mm`,

  tools: {
    label: 'Tools',
    crosshair: 'Crosshair',
    scroll: 'Scroll',
    window: 'Window',
    zoom: 'Zoom',
    pan: 'Move',
    brush: 'Brush',
    eraser: 'Eraser',
    fill: 'Fill',
  },
  layouts: { label: 'Layout', all: 'All views', one: 'One view', compare: 'Side by side' },
  reset: 'Reset zoom, position and window',
  help: 'Keys',
  undo: 'Undo',
  redo: 'Redo',

  place: {
    title: 'Position',
    voxel: 'Voxel',
    mm: 'mm',
    value: 'Value',
    label: 'Label',
    compared: 'Compared',
    outside: 'No label',
    crosshair: 'at the crosshair',
    pointer: 'under the pointer',
  },
  window: {
    title: 'Window',
    preset: 'Window',
    own: 'Own window',
    low: 'Black',
    high: 'White',
    convention: 'Patient’s right on the left',
    smooth: 'Smooth between voxels',
    presets: {
      auto: 'Automatic (1 to 99 %)',
      full: 'All values',
      brain: 'CT brain',
      softTissue: 'CT soft tissue',
      lung: 'CT lung',
      bone: 'CT bone',
    },
  },
  maps: {
    title: 'Label map',
    shown: 'Label map',
    compare: 'Compare with',
    madeFrom: (models: string[]) => `Made from what ${models.join(' and ')} predicted.`,
    madeFromUnknown: 'From which model’s prediction it was made is not known any more.',
    none: 'None',
    kinds: { training: 'Training labels', prediction: 'Prediction' },
    draw: 'New drawing',
    drawFrom: 'Draw from this',
    use: 'Use for training',
    used: 'A copy of this drawing is now what training learns from.',
    remove: 'Delete drawing',
    removeTitle: 'Delete this drawing?',
    removeWords: (name: string) => `“${name}” and its whole history will be deleted. This cannot be undone.`,
    replaceTitle: 'Use this drawing for training?',
    replaceWords: 'A copy of it takes the place of the labels that this volume has for training now.',
  },
  verdict: {
    title: 'Verdict',
    back: 'Back to Review',
    accepted: 'Accept',
    corrected: 'Correct',
    rejected: 'Reject',
    words: { open: 'Not judged yet', accepted: 'Accepted', corrected: 'Corrected', rejected: 'Rejected' },
    correctHint: 'Starts a drawing from this prediction, which itself stays as it is.',
  },
  labels: {
    title: 'Labels',
    shown: 'Show labels',
    fill: 'Fill',
    outline: 'Outline',
    look: 'How labels look',
    opacity: 'Strength',
    draws: (name: string) => `Draw with ${name}`,
    show: (name: string) => `Show ${name}`,
    name: (label: number) => `Name of label ${number(label)}`,
    colour: (name: string) => `Colour of ${name}`,
    add: 'Add a label',
    unnamed: (label: number) => `Label ${number(label)}`,
    none: 'This label map has no labels yet.',
  },
  scores: {
    title: 'Agreement',
    words: (first: string, second: string) => `“${first}” against “${second}”`,
    label: 'Label',
    dice: 'Dice',
    hausdorff95: 'HD 95',
    assd: 'ASSD',
    volume: 'Volume',
    measuring: 'Measuring…',
    lacking: '–',
    correctlyEmpty: 'correctly empty',
    help: 'HD 95 and ASSD are distances between the surfaces in mm. Volumes in ml: this map / the other.',
  },
  draw: {
    size: 'Diameter',
    deep: 'Ball through slices',
    saving: 'Saving the stroke…',
    openOutline: 'Nothing was filled: the outline round this place is open. Close it first.',
    askTitle: 'Start a drawing?',
    askNone: 'There is no label map to draw on. An empty drawing is started; the tool stays chosen.',
    askPrediction: 'A prediction stays as the model made it. A drawing that begins as its copy is started.',
    askTraining: 'Training labels stay as they are. A drawing that begins as their copy is started.',
    start: 'Start drawing',
  },

  note: {
    title: 'Note',
    label: 'Note about this volume, kept at this site',
    saved: 'Saved',
  },

  keys: {
    title: 'Keys and pointer',
    pointer: 'Pointer',
    reading: 'Reading',
    drawing: 'Drawing',
    rows: {
      wheel: 'Next or previous slice',
      ctrlWheel: 'Zoom at the pointer',
      left: 'What the chosen tool does',
      middle: 'Move the slice',
      right: 'Window: right is wider, up is brighter',
      double: 'One view, or all views',
      arrows: 'Next or previous slice',
      pages: 'Ten slices',
      ends: 'First or last slice',
      shiftArrows: 'Move the crosshair within the slice',
      space: 'Use the drawing tool at the crosshair',
      enter: 'This view alone, or all views',
      plusMinus: 'Closer or farther',
      digits: 'Choose the label to draw with',
      brackets: 'Smaller or larger brush',
      ball: 'Disc or ball',
      auto: 'Automatic window',
      reset: 'Reset zoom, position and window',
      convention: 'Swap left and right',
      smooth: 'Smooth or plain voxels',
      labels: 'Show or hide labels',
      outline: 'Fill or outline',
      lines: 'Show or hide the crosshair',
      undo: 'Undo',
      redo: 'Redo',
      help: 'This list',
    },
    names: {
      wheel: 'Wheel',
      left: 'Left button',
      middle: 'Middle button',
      right: 'Right button',
      double: 'Double click',
      up: 'Up',
      down: 'Down',
      arrows: 'arrows',
      space: 'Space',
      enter: 'Enter',
      pageUp: 'Page up',
      pageDown: 'Page down',
      home: 'Home',
      end: 'End',
    },
  },
};

// Train
const train = {
  /** Under a median: what stands behind it. */
  diceBehind: ({ values, least, most }: Distribution) =>
    values.length === 1 ? '1 volume' : `${least.toFixed(2)} – ${most.toFixed(2)}, ${amount(values.length, 'volume')}`,
  diceOfModel: (median: string, volumes: number) =>
    `Dice ${median} (${volumes === 1 ? '1 volume' : `median of ${volumes}`})`,
  diceWords: (dice: Distribution) => {
    const volumes = `(${amount(dice.values.length, 'volume')})`;
    if (isFew(dice)) return `${decimals(dice.values)} ${volumes}`;
    const range = `from ${decimals([dice.least])} to ${decimals([dice.most])}`;
    return `median ${decimals([dice.median])}, mean ${meanAndDeviation(dice)}, ${range} ${volumes}`;
  },
  title: 'Train',
  about: 'Everything here is computed on this machine. Nothing leaves it.',
  back: 'Back to Train',
  kinds: {
    pretrain: 'Pre-training',
    finetune: 'Fine-tuning',
    segment: 'Segmenting',
    federated: 'Federated training',
  } satisfies Record<RunKind, string>,
  states: {
    running: 'Running',
    paused: 'Paused',
    failed: 'Failed',
    finished: 'Finished',
    cancelled: 'Cancelled',
  } satisfies Record<RunState, string>,
  activity: {
    starting: 'Starting…',
    running: 'Running',
    pausing: 'Pausing after this step…',
    cancelling: 'Cancelling…',
  },
  noVolumesTitle: 'No volumes yet',
  noVolumesWords: 'Training begins with scans. Import some, or let the program make a set of sample volumes.',
  toVolumes: 'Go to Volumes',
  busy: 'Another run is at work. It has to finish, or be paused or cancelled, before the next one starts.',
  toRun: 'Show the run',

  choices: {
    label: 'What to do',
    needs: 'Needs',
    gives: 'Gives',
    pretrain: {
      title: 'Pre-train',
      words: 'Let a network look at your scans and find out by itself what is alike. No labels are needed.',
      needs: (volumes: number) => `Volumes: ${number(volumes)} here`,
      gives: 'An encoder to fine-tune from',
    },
    finetune: {
      title: 'Fine-tune',
      words: 'Teach a network to segment from volumes that somebody labelled, starting from an encoder.',
      needs: (labelled: number) => `Labelled volumes: ${number(labelled)} here`,
      gives: 'A U-Net that segments',
    },
    segment: {
      title: 'Segment',
      words: 'Let a U-Net draw label maps into volumes, to be looked at and corrected by you.',
      needs: (models: number) =>
        models === 0 ? 'A U-Net: none yet, fine-tune first' : `A U-Net: ${number(models)} here`,
      gives: 'Predictions to review',
    },
  },

  plan: 'Plan',
  planWords: 'Fitted to the volumes of this site and to this computer. Change what you know better.',
  planWordsUsual: 'The usual plan: it could not be fitted to volumes of this site yet.',
  fitting: 'Fitting a plan to the volumes of this site…',
  planProblem: 'The plan has something to correct: look for the marked fields.',
  start: {
    pretrain: 'Start pre-training',
    finetune: 'Start fine-tuning',
    segment: (volumes: number) => (volumes === 0 ? 'Start segmenting' : `Segment ${amount(volumes, 'volume')}`),
  },
  pretrain: {
    title: 'Pre-train',
    about: 'The network learns which slices are alike. Labels are not looked at.',
    data: 'Volumes',
    dataWords: 'What it learns from counts as seen: a score on it says nothing new.',
    noRounds: 'The plan has no rounds of pre-training. Give it one or more.',
    steps: (steps: number) => `${amount(steps, 'step')} in all.`,
  },
  finetune: {
    title: 'Fine-tune',
    about: 'The network learns from labelled volumes to draw their labels into others.',
    from: 'Start from',
    model: 'Model',
    fromWords: 'An encoder that saw many scans needs fewer labels than a random start.',
    random: 'Random weights',
    randomWords: 'A network that has seen nothing yet.',
    encoders: 'Encoders',
    unets: 'U-Nets, to train further',
    labelled: 'Labelled volumes',
    labels: 'How many',
    labelsUnit: 'volumes',
    labelsHelp: 'Which ones is drawn by the plan’s seed.',
    allOfThem: 'All that are not held out',
    some: 'This many',
    validateOn: 'Measure Dice on',
    holdOutSome: 'Volumes held out of these',
    validationSet: (cohort: string, unseen: number) => `${cohort} · ${amount(unseen, 'labelled volume')}`,
    holdOut: 'Hold out',
    holdOutUnit: 'volumes',
    holdOutHelp: 'Never trained on; Dice is measured on them while it trains. With 0 there is no Dice curve.',
    split: (learn: number, held: number, unused: number) =>
      [
        `Learns from ${amount(learn, 'volume')}`,
        held > 0 && `Dice is measured on ${number(held)} other${held === 1 ? '' : 's'}`,
        unused > 0 && `${number(unused)} ${unused === 1 ? 'stays' : 'stay'} unused`,
      ]
        .filter(Boolean)
        .join('; ')
        .concat('.'),
    seen: (unseen: number) =>
      unseen === 0
        ? 'The model that it starts from has seen every one of them, so none can be held out. Hold out 0, or start from random weights.'
        : `The model that it starts from has seen all but ${number(unseen)} of them: at most so many can be held out.`,
    validationSeen: 'The model that it starts from has seen every labelled volume of this cohort. Choose another one.',
    tooMany: (there: number) => `There are ${number(there)} labelled volumes in all.`,
    none: 'No volume is labelled yet. Import label maps, or draw them in the viewer.',
    fixed: 'Settings with a lock are those of the model that it starts from: its weights fit no others.',
    otherLabels: (found: string, planned: string) =>
      `Your label maps hold ${found}; the plan learns ${planned}. What the plan leaves out counts as background.`,
    useLabels: (found: string) => `Learn ${found}`,
  },
  segment: {
    title: 'Segment',
    about: 'A U-Net draws a label map into each volume. Nothing that a person drew is changed.',
    model: 'U-Net',
    modelHelp: 'The newest stands first.',
    none: 'There is no U-Net at this site yet. Fine-tune one first, or take part in a federation.',
    volumes: 'Volumes',
    filter: 'Filter by name',
    all: 'All',
    unpredicted: 'No label map yet',
    unlabelled: 'No training labels',
    clear: 'None',
    chosen: (count: number, all: number) => `${number(count)} of ${number(all)} chosen`,
    nothingFits: 'No volume has this in its name.',
    done: (count: number) =>
      `${amount(count, 'volume')} of those ${count === 1 ? 'was' : 'were'} segmented by this U-Net already.`,
    mark: 'Segmented by this U-Net',
    againTitle: 'Segment these again?',
    againWords: (count: number) =>
      `This U-Net has segmented ${amount(count, 'volume')} of those already. From the same U-Net and the same volume ` +
      'usually comes the same label map. What somebody judged or corrected stays beside a new prediction.',
    againAll: (count: number) => `Segment all ${number(count)}`,
    againOthers: (count: number) => `Only the other ${number(count)}`,
    againOnly: (count: number) => `Segment ${amount(count, 'volume')} again`,
    missing: (count: number) =>
      `${amount(count, 'volume')} of those that were asked for ${count === 1 ? 'is' : 'are'} not here any more.`,
  },

  run: {
    pause: 'Pause',
    cancel: 'Cancel…',
    resume: 'Resume',
    cancelTitle: 'Cancel this run?',
    cancelWords:
      'What it has learnt since its last finished round is lost, and it cannot be continued. To go on later, pause it instead.',
    cancelYes: 'Cancel the run',
    cancelNo: 'Let it go on',
    progress: 'Progress',
    steps: (step: number, steps: number) => `step ${number(step)} of ${number(steps)}`,
    volumesDone: (step: number, steps: number) => `volume ${number(step)} of ${number(steps)}`,
    timeLeft: 'Time left',
    elapsed: 'Started',
    speed: 'Speed',
    perSecond: (value: string) => `${value} steps/s`,
    volumesPerMinute: (value: string) => `${value} volumes/min`,
    memory: 'Memory',
    unknown: 'not yet known',
    waiting: 'Waits for your decision: something wants to leave this machine.',
    toConsent: 'Look and decide',
    loss: 'Loss',
    dice: (volumes: number | null) =>
      volumes === null ? 'Dice, mean over held-out volumes' : `Dice, mean over ${amount(volumes, 'held-out volume')}`,
    noLoss: 'The first step is still being computed',
    noLossEver: 'This run noted no loss',
    noDice: 'Measured after some steps',
    log: 'Logarithmic loss',
    smooth: 'Smooth',
    facts: 'About this run',
    state: 'State',
    started: 'Started',
    took: 'Took',
    volumes: 'Volumes',
    from: 'Started from',
    random: 'random weights',
    made: 'Made',
    nothingMade: 'no model yet',
    predictions: 'predictions to review',
    computedOn: 'Computed on',
    lastLoss: 'Loss, last ten steps',
    heldOutDice: 'Dice on held-out volumes',
    noHeldOutDice: 'No volumes were held out, or their Dice was not noted',
    rounds: 'Rounds finished',
    note: 'Your note',
    noteHelp: 'Only this site sees it.',
    noteSaved: 'Saved',
    plan: 'Its plan',
    differences: 'Different from the usual plan',
    noDifferences: 'Everything is as in the usual plan.',
    whole: 'The whole plan',
    failedNext:
      'Resume it to go on where it was last saved, some seconds before. If it fails there again, change the plan or the engine.',
    failedUnknown: 'The run ended without a word.',
    pausedWords: 'It goes on after its last finished step.',
    cancelledWords: 'It cannot be continued; its curves are kept.',
    gone: 'There is no such run at this site.',
    next: {
      pretrain: 'Fine-tune from this encoder',
      federated: 'Fine-tune from this encoder',
      finetune: 'Segment with this U-Net',
      segment: 'Review the predictions',
    } satisfies Record<RunKind, string>,
  },
  runs: {
    title: 'Runs',
    about: 'Every run is kept with its plan, its curves and the models that it made.',
    none: 'No run yet. Choose above what to do.',
    open: 'Open',
    compare: (count: number) => (count < 2 ? 'Compare' : `Compare ${number(count)}`),
    compareHint: 'Choose two to six runs to compare them.',
    columns: {
      what: 'What',
      state: 'State',
      started: 'Started',
      loss: 'Loss',
      dice: 'Median Dice',
      made: 'Made',
      note: 'Note',
    },
  },
  compare: {
    title: (count: number) => `${amount(count, 'run')} compared`,
    about: 'Curves over steps. A difference in Dice says little where other volumes were held out.',
    scores: 'Scores',
    run: 'Run',
    lowestLoss: 'Lowest loss',
    lastLoss: 'Loss, last ten steps',
    dice: 'Median Dice',
    took: 'Took',
    computedOn: 'Computed on',
    steps: 'Steps',
    differences: 'What their plans have different',
    same: 'Their plans are the same in every setting.',
    setting: 'Setting',
    tooFew: 'Choose two or more runs in the list to compare them.',
  },
  models: {
    title: 'Models',
    about: 'Encoders are a start for fine-tuning; U-Nets segment.',
    none: 'No model yet. Pre-train or fine-tune one, or take part in a federation.',
    kinds: { encoder: 'Encoder', unet: 'U-Net' },
    columns: { name: 'Model', kind: 'Kind', dice: 'Median Dice', made: 'Made', bytes: 'Size', note: 'About' },
    segment: 'Segment…',
    finetune: 'Fine-tune…',
    review: 'Review',
    run: 'Its run',
    remove: 'Remove…',
    chooseOne: 'Choose a model to use it.',
    removeTitle: (id: string) => `Remove ${id}?`,
    removeWords: 'Its weights are deleted from this site. Runs and predictions that it made stay.',
  },
};

// The form of a plan: a name, a unit and a plain explanation for each setting
interface SettingText {
  label: string;
  unit?: string;
  help: string;
}

const settings: Record<SettingPath, SettingText> = {
  axis: {
    label: 'Slice axis',
    help: 'Volumes are read slice by slice along this axis. Choose the one that the structure runs along.',
  },
  spacing: { label: 'Pixel spacing', unit: 'mm', help: 'Every slice is resampled to pixels of this size.' },
  inputSize: {
    label: 'Window size',
    unit: 'pixels a side',
    help: 'The network sees slices through windows of this size, which slide over all of a slice. It should cover the structure and its surroundings.',
  },
  partitions: {
    label: 'Partitions',
    unit: 'a volume',
    help: 'Each volume is cut into this many runs of slices. Slices of the same run count as alike, at every site.',
  },
  labels: {
    label: 'Labels to segment',
    unit: 'numbers',
    help: 'The numbers in your label maps that the model learns, with commas between them.',
  },
  normalisation: {
    label: 'Brightness scale',
    help: 'How values become numbers that the network sees: each volume by its own range, or all CT volumes alike.',
  },
  'hounsfield.low': { label: 'Clip below', unit: 'HU', help: 'With the scale of CT: values below count as this.' },
  'hounsfield.high': { label: 'Clip above', unit: 'HU', help: 'With the scale of CT: values above count as this.' },
  'hounsfield.mean': { label: 'Middle', unit: 'HU', help: 'With the scale of CT: this value becomes 0.' },
  'hounsfield.deviation': { label: 'Deviation', unit: 'HU', help: 'With the scale of CT: so many units become 1.' },
  baseWidth: {
    label: 'Network width',
    unit: 'channels',
    help: 'Channels of the first level, doubled at each level below. 16 suits a processor; the paper has 48.',
  },
  levels: { label: 'Network depth', unit: 'levels', help: 'Levels of the U-Net; each halves the resolution.' },
  featureLength: {
    label: 'Feature length',
    unit: 'numbers',
    help: 'Numbers in the vector that describes one slice. These vectors are what sites may exchange.',
  },
  seed: {
    label: 'Random seed',
    help: 'The same seed, plan and volumes give the same start and the same order of slices.',
  },
  engine: {
    label: 'Engine',
    help: 'What computes. An engine that is named here is used at every site, for comparing numbers; where it cannot be used, nothing is trained.',
  },
  method: {
    label: 'Method',
    help: 'What the network learns from before it sees labels. All sites learn from the same.',
  },
  rounds: {
    label: 'Rounds',
    unit: 'of pre-training',
    help: 'In a federation the sites exchange and average after each round. 0 leaves pre-training out.',
  },
  stepsPerRound: {
    label: 'Steps a round',
    unit: 'steps',
    help: 'How often the network is adjusted in each round. More steps learn more and take longer.',
  },
  volumesPerStep: {
    label: 'Volumes a step',
    unit: 'volumes',
    help: 'Volumes drawn for each step; each gives one slice of every partition. More needs more memory.',
  },
  pretrainingRate: { label: 'Learning rate', help: 'How far a step moves the network (Adam).' },
  temperature: { label: 'Temperature', unit: 'τ', help: 'Lower values look harder at the most similar slices.' },
  momentum: {
    label: 'Momentum',
    unit: 'm',
    help: 'How slowly the encoder that makes the features follows the trained one.',
  },
  bankSize: { label: 'Memory bank', unit: 'features', help: 'Features of this site that are kept; the oldest leave.' },
  sampledFeatures: {
    label: 'Sampled features',
    unit: 'features',
    help: 'How many features, of this and other sites, a step compares its slices with.',
  },
  finetuneSteps: {
    label: 'Fine-tuning steps',
    unit: 'steps',
    help: 'How often the U-Net is adjusted on labelled slices; in a federation in all rounds together.',
  },
  finetuneBatch: { label: 'Slices a step', unit: 'slices', help: 'Labelled slices in each fine-tuning step.' },
  finetuneRate: { label: 'Learning rate', help: 'How far a fine-tuning step moves the network (Adam).' },
  finetuneEncoderFactor: {
    label: 'Encoder’s share',
    unit: '× learning rate',
    help: 'Below 1 the pre-trained encoder changes more slowly than the rest; 0 keeps it as it is.',
  },
  finetuneUntil: {
    label: 'Trains until',
    help: 'Either the steps are done, or it stops improving, after as many steps at most.',
  },
  finetuneFall: {
    label: 'Falling rate',
    unit: 'of the steps',
    help: 'Over the last share of the steps the learning rate falls to nothing, which settles what was learnt.',
  },
  finetuneAveraging: {
    label: 'Averaged weights',
    help: 'The model is a moving average of the weights, of which this much stays in each step. 0 takes the last weights.',
  },
  'augmentation.rotation': { label: 'Rotation', unit: '± degrees', help: 'Slices are turned by up to this angle.' },
  'augmentation.scale': { label: 'Size', unit: '± fraction', help: 'Slices grow or shrink by up to this fraction.' },
  'augmentation.shift': {
    label: 'Shift',
    unit: '± of the side',
    help: 'Slices move by up to this part of their side.',
  },
  'augmentation.brightness': {
    label: 'Brightness',
    unit: '± deviations',
    help: 'Added to a slice, in standard deviations of its volume.',
  },
  'augmentation.contrast': {
    label: 'Contrast',
    unit: '± fraction',
    help: 'A slice is multiplied by 1 plus or minus this.',
  },
  'augmentation.noise': { label: 'Noise', unit: 'deviations', help: 'Gaussian noise that is added to a slice.' },
  aggregation: { label: 'Averaging', help: 'How the weights of all sites become the next common ones.' },
  exchangeFeatures: {
    label: 'Sites exchange features',
    help: 'Feature vectors go to the other sites, after a yes at each site. Off: only network weights are averaged.',
  },
  'augmentation.bend': {
    label: 'Bending',
    unit: 'of the window',
    help: 'Parts of a window move on their own by up to this share of its side. 0 bends nothing.',
  },
  'augmentation.gamma': {
    label: 'Gamma',
    help: 'Grey values are raised to a power of up to 1 plus this, or to its inverse. 0 changes nothing.',
  },
  'augmentation.blur': {
    label: 'Blur',
    unit: 'pixels',
    help: 'Windows are blurred by up to this much. 0 blurs nothing.',
  },
  finetuneRounds: {
    label: 'Rounds of fine-tuning together',
    unit: 'rounds',
    help: 'After pre-training the sites fine-tune one U-Net together in this many rounds. 0: each site alone.',
  },
  quorum: {
    label: 'Quorum',
    unit: 'sites',
    help: 'A round counts where at least this many sites send their weights.',
  },
  refusersReceive: {
    label: 'Sites that refuse still receive',
    help: 'Whether a site that shares no features in a round still gets those of the others.',
  },
  featuresDeadline: {
    label: 'Time to share features',
    unit: 'seconds',
    help: 'For consent and upload. No answer in this time is a no.',
  },
  trainingDeadline: {
    label: 'Time to train a round',
    unit: 'seconds',
    help: 'For training, consent and upload of weights. Who misses it sits the round out.',
  },
  'privacy.clip': {
    label: 'Largest number',
    help: 'Numbers of a feature vector are cut at this size before it may leave. 1 cuts nothing.',
  },
  'privacy.noise': {
    label: 'Noise',
    unit: 'deviation',
    help: 'Gaussian noise added to each number before it may leave.',
  },
  'privacy.decimals': {
    label: 'Decimals',
    unit: 'places',
    help: 'Numbers are rounded to this many decimals before they may leave.',
  },
};

const plan = {
  settings,
  groups: {
    slices: 'Slices',
    network: 'Network',
    pretraining: 'Pre-training',
    finetuning: 'Fine-tuning',
    augmentation: 'Augmentation',
    federation: 'Federation',
    privacy: 'Privacy of features',
  },
  axes: {
    axial: 'Axial (feet to head)',
    coronal: 'Coronal (back to front)',
    sagittal: 'Sagittal (left to right)',
  } satisfies Record<SliceAxis, string>,
  normalisations: {
    volume: 'Each volume by itself',
    hounsfield: 'Hounsfield units (CT)',
  } satisfies Record<Plan['normalisation'], string>,
  methods: { fcl: 'Federated contrastive learning' } satisfies Record<MethodName, string>,
  engines: { auto: 'Each site’s own choice', ...engineNames } satisfies Record<EngineChoice, string>,
  aggregations: { fedavg: 'By number of volumes (FedAvg)' } satisfies Record<Plan['aggregation'], string>,
  finetuneEnds: { steps: 'The steps are done', flat: 'It stops improving' } satisfies Record<
    Plan['finetuneUntil'],
    string
  >,
  presetsLabel: 'Begin with',
  presets: {
    quick: { name: 'Quick try', words: 'A narrow network and few steps: minutes, to see how it goes.' },
    usual: { name: 'This computer', words: 'As wide and as long as suits the computer that it is fitted to.' },
    paper: { name: 'As wide as in the paper', words: '48 channels and many more steps: for a graphics card, or days.' },
  },
  all: 'All settings',
  default: (value: string) => `Usually ${value}.`,
  fitted: (value: string, reason: string) => `Fitted: ${value}, because ${reason}.`,
  usually: (value: string) => `usually ${value}`,
  on: 'on',
  off: 'off',
  sameAsDefault: 'Everything as usual',
  sameAsFitted: (volumes: number) => `Everything as fitted to ${amount(volumes, 'volume')}`,
  differ: (count: number, fitted: boolean) =>
    `${count} ${count === 1 ? 'setting differs' : 'settings differ'} from the ${fitted ? 'fitted' : 'usual'} plan`,
  differHere: (count: number) => `${count} changed`,
  resetAll: 'Reset all',
  reset: (value: string) => `Reset to ${value}`,
  resetNamed: (label: string, value: string) => `Reset ${label} to ${value}`,
  window: {
    picture: (volume: string, plane: string) => `Slice of ${volume}, ${plane}, with the window drawn on it`,
    caption: (pixels: number, side: number, volume: string) =>
      `The window, ${number(pixels)} pixels or ${number(side)} mm wide, on ${volume}. It slides over all of every slice.`,
  },
  problemsIn: (count: number) => `${count} to correct`,
  problems: {
    number: 'A number is needed here.',
    whole: 'A whole number is needed here.',
    least: (value: number) => `At least ${value}.`,
    above: (value: number) => `More than ${value}.`,
    most: (value: number) => `At most ${value}.`,
    multiple: (value: number) => `A multiple of ${value}.`,
    noLabel: 'At least one label number.',
    tooManyLabels: (value: number) => `At most ${value} labels.`,
    labelNumbers: 'Whole numbers from 1 to 255, with commas between them.',
    labelTwice: 'A label number stands there twice.',
  },
};

// Review
const review = {
  title: 'Review',
  about: 'Look at what a model predicted, worst first, and say of each whether it holds.',
  model: 'Model',
  reading: 'Reading predictions and scores…',
  noUnetTitle: 'No model that segments yet',
  noUnetWords: 'Predictions come from a U-Net. Fine-tune one from labelled volumes, or take part in a federation.',
  fineTune: 'Fine-tune a U-Net',
  noneTitle: 'No predictions yet',
  noneWords: (model: string) => `${model} has not segmented any volume of this site.`,
  segment: 'Segment volumes…',
  atWork: (step: number, steps: number) => `Segmenting now: volume ${number(step)} of ${number(steps)}`,
  views: { label: 'View', volumes: 'Volumes', scores: 'Scores' },
  verdicts: {
    open: 'Open',
    accepted: 'Accepted',
    corrected: 'Corrected',
    rejected: 'Rejected',
  } satisfies Record<Verdict, string>,
  filter: {
    label: 'Verdict',
    all: 'All',
    words: 'Filter by name',
    withoutReference: 'Without a reference',
    nothing: 'No prediction fits the filter.',
    allDone: 'Every prediction has a verdict.',
    clear: 'Show all',
  },
  columns: {
    name: 'Volume',
    dice: 'Dice',
    hausdorff95: 'HD95, mm',
    assd: 'ASSD, mm',
    volume: 'Size, ml',
    confidence: 'Certainty',
    verdict: 'Verdict',
  },
  noReference: 'no reference',
  correctlyEmpty: 'correctly empty',
  leftOut: {
    learnt: 'Learnt from it',
    'learnt-unknown': 'Perhaps learnt from',
    'own-output': 'Made from its output',
    'reference-unknown': 'Reference unknown',
  } satisfies Record<LeftOut, string>,
  details: {
    label: 'The chosen prediction',
    none: 'Choose a volume to see its prediction.',
    open: 'Open in the viewer',
    leftOut: {
      learnt:
        'The model, or one that it comes from, learnt from this volume: its score flatters and is left out of every mean.',
      'learnt-unknown':
        'It is not known any more whether the model, or one that it comes from, learnt from this volume. Its score is left out of every mean.',
      'own-output':
        'The reference was made from this model’s own output, or from that of a model that it comes from. Its score is left out of every mean.',
      'reference-unknown':
        'It is not known any more from which model’s output the reference was made. Its score is left out of every mean.',
    } satisfies Record<LeftOut, string>,
    noReference: 'There is no label map to compare with. Volumes with low certainty deserve a look first.',
    correctlyEmpty: 'Correctly empty: neither the prediction nor the reference labels anything, so there is no Dice.',
    empty: 'empty',
    emptyHelp: 'Neither the prediction nor the reference has this label',
    corrected: 'A person’s correction is kept beside it.',
    label_: 'Label',
    dice: 'Dice',
    hausdorff95: 'HD95',
    assd: 'ASSD',
    volume: 'Volume',
    reference: 'Ref.',
    units: 'Distances in mm, volumes in ml; Ref. is the volume of the reference.',
    certainty: (share: string) => `Certainty ${share}: mean probability of the labelled voxels.`,
    accept: 'Accept',
    correct: 'Correct',
    reject: 'Reject',
    reopen: 'Take back',
    judged: (person: string, at: string) => `by ${person}, ${at}`,
    keys: 'A accepts, C corrects, R rejects, U takes back; arrows move in the list.',
    picture: (name: string) => `The slice of ${name} that shows most labels, with the prediction outlined`,
  },
  exports: {
    'report-pdf': 'Report (PDF)',
    'report-html': 'Report (HTML)',
    'scores-csv': 'Scores (CSV)',
  } satisfies Partial<Record<ExportFormat, string>>,
  saved: (name: string) => `${name} was saved.`,
  scores: {
    none: 'None of these volumes has a label map to compare with, so there are no scores.',
    volumes: 'Volumes',
    scored: 'With a reference',
    median: 'Median Dice',
    range: 'Lowest – highest',
    correctlyEmpty: 'Correctly empty',
    decided: 'Decided',
    dice: 'Dice',
    hausdorff95: 'Hausdorff distance, 95th percentile',
    better: { high: 'higher is better', low: 'lower is better' },
    mm: 'mm',
    spoken: (label: string, count: number, median: string, lower: string, upper: string) =>
      `${label}: ${amount(count, 'volume')}, median ${median}, quartiles ${lower} and ${upper}.`,
    table: 'By label',
    tableAbout:
      'Distances and the difference in volume are medians. Of fewer than five volumes there is no mean: it would say little.',
    columns: {
      label: 'Label',
      scored: 'Volumes',
      correctlyEmpty: 'Correctly empty',
      mean: 'Dice, mean ± SD',
      median: 'Median',
      quartiles: 'Middle half',
      range: 'Lowest – highest',
      hausdorff95: 'HD95, mm',
      assd: 'ASSD, mm',
      difference: 'Volume',
    },
  },
  /** What there is to say of a model's Dice, in whole sentences; reports say the same. */
  headline: ({ dice, correctlyEmpty }: ScoreSummary, leftOut: number): string =>
    [
      dice === null
        ? 'No volume that counts has a Dice.'
        : isFew(dice)
          ? `Dice of ${amount(dice.values.length, 'volume')}, ${decimals(dice.values)}: too few for a mean to say much.`
          : `Dice of ${amount(dice.values.length, 'volume')}: median ${decimals([dice.median])}, the middle half from ` +
            `${decimals([dice.lower])} to ${decimals([dice.upper])}, all from ${decimals([dice.least])} to ` +
            `${decimals([dice.most])}; mean ${meanAndDeviation(dice)} (SD).`,
      correctlyEmpty > 0 &&
        `${amount(correctlyEmpty, 'volume is', 'volumes are')} correctly empty: neither the model nor the reference has a ` +
          'label there, so there is no Dice.',
      leftOut > 0 &&
        `${amount(leftOut, 'volume is', 'volumes are')} left out: learnt from, or compared with the model’s own output, or ` +
          'this is not known. The list of volumes says which.',
    ]
      .filter(Boolean)
      .join(' '),
  labelName: (label: number) => `Label ${label}`,
};

/** On one line: "0.850 ± 0.031". */
function meanAndDeviation({ mean, deviation }: Distribution): string {
  return `${decimals([mean])}\u00a0±\u00a0${decimals([deviation ?? 0])}`;
}

function decimals(dice: number[]): string {
  return dice.map((value) => value.toFixed(3)).join(', ');
}

// Electron's menu, dialogs and notices
const shell = {
  notStarted: 'Isocenter could not start',
  choose: {
    scans: 'Choose scans',
    scanFiles: 'Scans and label maps',
    anyFile: 'All files',
    folder: 'Choose a folder with scans',
    certificate: 'Choose a certificate',
    certificateFiles: 'Certificates (PEM)',
    key: 'Choose the certificate’s private key',
    keyFiles: 'Private keys (PEM)',
  },
  save: {
    title: 'Save a copy',
    sameKind: 'This kind of file',
  },
  closing: {
    close: 'Close',
    stay: 'Stay',
    run: {
      message: 'Close while a run is at work?',
      detail: 'The run goes on from its last step when you start Isocenter again.',
    },
    hosting: {
      message: 'Close while this site hosts a federation?',
      detail:
        'The other sites wait. The federation goes on from its last finished phase when you start Isocenter again.',
    },
    membership: {
      message: 'Close while this site takes part in a federation?',
      detail: 'It sits out the rounds until you start Isocenter again; the others go on without it.',
    },
    task: {
      message: 'Close while something is being read or written?',
      detail: 'It stops here. What is done already stays; start it again for the rest.',
    },
  },
  question: {
    title: 'Something wants to leave this machine',
    body: 'Isocenter waits for your decision. Without one, nothing leaves.',
  },
  menu: {
    app: 'Isocenter',
    about: 'About Isocenter',
    settings: 'Settings…',
    edit: 'Edit',
    go: 'Go',
    view: 'View',
    window: 'Window',
    quit: 'Quit Isocenter',
  },
  about: 'Research software, no medical device.',
};

export const en = {
  app: {
    name: 'Isocenter',
    connectionLost: 'The connection to the site broke. Trying again…',
    callLost: 'The connection to the site broke before it answered.',
    callLostNext: 'Look whether it was done, as soon as the connection is back, before you do it again.',
    uploadFailed: '{name} could not be brought to the site: {reason}',
    uploadFailedNext: 'Try again, or use the import button to choose files on the site’s machine.',
    notMedical: 'Research software, no medical device',
  },
  rail: {
    label: 'Pages',
    skip: 'Go to the page',
    volumes: 'Volumes',
    viewer: 'Viewer',
    train: 'Train',
    federation: 'Federation',
    consent: 'Consent',
    review: 'Review',
    ledger: 'Ledger',
    settings: 'Settings',
  },
  status: {
    label: 'Status',
    nothingLeaves: 'Nothing leaves this machine',
    nothingWithoutYes: 'Nothing leaves without your yes',
    mayLeave: (permissions: number) =>
      `${amount(permissions, 'standing permission')}: something may leave without a question`,
    waits: (questions: number) => `${amount(questions, 'question')} ${questions === 1 ? 'waits' : 'wait'} for you`,
    engine: 'Engine',
    engineUnusable: (engine: string) => `${engine} cannot be used`,
    idle: 'No run',
    kinds: {
      pretrain: 'Pre-training',
      finetune: 'Fine-tuning',
      segment: 'Segmenting',
      federated: 'Federated training',
    },
    starting: 'starting',
    pausing: 'pausing',
    cancelling: 'cancelling',
    waiting: 'waiting for your decision',
    left: (time: string) => `${time} left`,
    runProgress: 'Progress of the run',
    hosting: (federation: string) => `Hosting “${federation}”`,
    round: (round: number, rounds: number) => `round ${number(round)} of ${number(rounds)}`,
    phases: {
      admit: 'sites arrive',
      announce: 'beginning',
      features: 'exchanging features',
      training: 'training',
      updates: 'collecting weights',
      aggregate: 'averaging',
      finished: 'finished',
    },
    links: { connecting: 'connecting', connected: 'connected', away: 'connection broken, trying again', over: 'over' },
    unencrypted: 'not encrypted',
    lost: 'No connection to the site',
  },
  table: {
    all: 'Choose all rows',
  },
  tasks: {
    label: 'Tasks',
    importOf: (what: string) => `Import of ${what}`,
    progress: (done: number, total: number) => `${number(done)} of ${number(total)}`,
    cancelling: 'Stopping after the file at hand…',
    cancelled: 'Cancelled. What was finished by then was kept.',
    finished: 'Finished.',
    report: 'Report',
    show: 'Show volumes',
  },
  words: {
    cancel: 'Cancel',
    close: 'Close',
    copy: 'Copy',
    copied: 'Copied',
    dismiss: 'Dismiss',
    retry: 'Try again',
    remove: 'Remove',
    save: 'Save',
  },
  labelState: {
    none: 'No labels',
    predicted: 'Predicted',
    drafted: 'Draft',
    labelled: 'Labelled',
  } satisfies Record<LabelState, string>,
  saveLabelMap: {
    title: 'Save label map',
    formats: { nifti: 'NIfTI', 'dicom-seg': 'DICOM SEG' },
    notDicom: 'DICOM SEG needs a volume that came from DICOM.',
  },

  // Cohorts
  cohorts: {
    cohort: 'Cohort',
    roles: cohortRoles,
    roleWords: {
      training: 'A set to learn from, chosen when a run starts.',
      validation: 'Measures Dice while a model learns. Nothing learns from it.',
      'held-out': 'Kept for the scores of finished models. No run learns from it, federations included.',
    } satisfies Record<CohortRole, string>,
    put: 'Put into cohort',
    putMore: 'Put into cohort…',
    putTitle: (count: number) => `Put ${amount(count, 'volume')} into a cohort`,
    takeOut: 'Take out of cohort',
    another: 'New cohort…',
    make: 'Make cohort',
    name: 'Name of the new cohort',
    nameHelp: 'Only this site knows it.',
    role: 'What it is for',
    option: (name: string, role: CohortRole, count: number) =>
      `${name} · ${cohortRoles[role].toLowerCase()} · ${amount(count, 'volume')}`,
    every: 'Every cohort',
    none: 'In no cohort',
    remove: 'Remove cohort…',
    removeTitle: (name: string) => `Remove the cohort “${name}”?`,
    removeWords: (count: number) => `Its ${amount(count, 'volume')} stay at this site.`,
    removeKept: 'Runs may learn from them from then on, and their scores do not count for what those make.',
    removeYes: 'Remove cohort',
    sample: 'sample',
    learnFrom: 'Learn from',
    learningSet: (cohort: string | null, count: number, labelled: number) =>
      `${cohort ?? 'All that are not kept apart'} · ${amount(count, 'volume')}, ${number(labelled)} labelled`,
    allHelp: 'Volumes of validation and held-out cohorts are left out. Cohorts are made on the Volumes page.',
    samples: 'These are made-up samples: what is learnt from them says nothing about patients.',
    learnsFrom: (cohort: string | null, count: number, samples: boolean) =>
      [
        `This site learns from ${amount(count, 'volume')}`,
        cohort !== null && `of the cohort “${cohort}”`,
        samples && '(made-up samples)',
      ]
        .filter(Boolean)
        .join(' ')
        .concat('.'),
    count: (volumes: number, cohort: string | null, samples: boolean) =>
      [number(volumes), cohort !== null && `cohort ${cohort}`, samples && 'made-up samples'].filter(Boolean).join(', '),
  },

  // Volumes
  volumes: {
    title: 'Volumes',
    summary: (volumes: number, labelled: number, size: number) =>
      `${amount(volumes, 'volume')} at this site, ${number(labelled)} labelled, ${bytes(size)}`,
    reading: 'Reading the catalogue…',
    importFolder: 'Import folder…',
    importFiles: 'Import files…',
    sample: 'Try with sample data',
    filter: 'Filter by name or place',
    states: 'Label state',
    all: 'All',
    chosen: (count: number) => `${number(count)} chosen`,
    noneChosen: 'None chosen',
    open: 'Open',
    rename: 'Rename…',
    segment: 'Segment with a model…',
    remove: 'Remove…',
    columns: {
      name: 'Name',
      size: 'Voxels and mm',
      labels: 'Labels',
      kind: 'Source',
      cohorts: 'Cohorts',
      imported: 'Imported',
    },
    labelNumbers: (labels: number[]) => `${labels.length === 1 ? 'label' : 'labels'} ${labels.join(', ')}`,
    spacing: (spacing: string) => `${spacing} mm apart`,
    kinds: { dicom: 'DICOM series', nifti: 'NIfTI', nrrd: 'NRRD', meta: 'MetaImage', other: 'Made here' },
    renameTitle: 'Rename volume',
    name: 'Name',
    nameHelp: 'Only this site knows it.',
    removeTitle: (count: number) => `Remove ${amount(count, 'volume')}?`,
    removeWords: (count: number) =>
      count === 1
        ? 'It is deleted from this site, with all its label maps, predictions and drawings. The files that it was imported from stay where they are.'
        : 'They are deleted from this site, with all their label maps, predictions and drawings. The files that they were imported from stay where they are.',
    removeDrafted: (count: number) =>
      `${count === 1 ? 'One of them holds' : `${number(count)} of them hold`} a drawing that is not used for training yet.`,
    more: (count: number) => `and ${number(count)} more`,
    removeYes: (count: number) => `Remove ${amount(count, 'volume')}`,
    emptyTitle: 'No volumes yet',
    emptyWords:
      'Import NIfTI, NRRD, MetaImage or DICOM by a button, or drop files and folders anywhere into this window. They are copied into this site and never leave it.',
    importing: 'The volumes show up here as they are read.',
    nothingTitle: 'No volume fits',
    nothingWords: 'No name, place or label state matches the filter.',
    clear: 'Clear filter',
    drop: 'Drop to import',
    dropWords: 'Files and folders are copied into this site. Originals stay as they are.',
    uploading: 'Taking over what was dropped…',
  },
  report: {
    title: 'Import report',
    imported: 'imported',
    labelled: 'of these labelled',
    known: 'were here already',
    relabelled: 'of these got labels',
    problems: (count: number) => (count === 0 ? 'Nothing was left out' : `${amount(count, 'file')} left out`),
    notices: (count: number) => `${amount(count, 'note')}`,
    file: 'File',
    what: 'What happened',
    next: 'What to do',
    copy: 'Copy report',
    line: (imported: number, labelled: number, known: number, problems: number) =>
      [
        `${amount(imported, 'volume')} imported, ${number(labelled)} labelled`,
        known > 0 && `${number(known)} were here already`,
        problems > 0 && `${amount(problems, 'file')} left out`,
      ]
        .filter(Boolean)
        .join('. ')
        .concat('.'),
  },
  picker: {
    titles: {
      scans: 'Choose files and folders to import',
      folder: 'Choose a folder to import',
      certificate: 'Choose a certificate (PEM)',
      key: 'Choose a private key (PEM)',
    },
    about: 'Folders and files of the machine that this site runs on.',
    path: 'Path',
    go: 'Go',
    up: 'One folder up',
    parents: 'Folders above',
    entries: 'Folders and files',
    name: 'Name',
    size: 'Size',
    folder: 'Folder',
    file: 'File',
    empty: 'This folder is empty.',
    noFolder: (files: number) => `No folder in here, ${amount(files, 'file')}.`,
    reading: 'Reading the folder…',
    chooseThis: (name: string) => `Choose “${name}”`,
    chosen: (count: number) => (count === 0 ? 'Choose' : `Choose ${amount(count, 'entry', 'entries')}`),
    keys: 'Arrows move, Space chooses, Enter opens a folder, Backspace goes up.',
  },

  // Viewer
  viewer,

  // Train
  train,

  // Charts
  chart: {
    step: (step: number) => `step ${step.toLocaleString('en')}`,
    stepHead: 'Step',
    empty: 'Nothing to draw yet',
    whole: 'Whole curve',
    table: 'As a table',
    tableOf: (title: string) => `${title} as a table`,
    noPoints: (name: string) => `${name}: no values yet.`,
    spoken: (name: string, last: string, at: number, best: 'low' | 'high', extreme: string, where: number) =>
      `${name}: last ${last} at step ${at}, ${best === 'low' ? 'lowest' : 'highest'} ${extreme} at step ${where}.`,
  },

  // The form of a plan, on Train, Federation and Settings
  plan,

  // Federation
  federation: {
    title: 'Federation',
    about: 'Train together with other sites. Images and labels stay here; what leaves is asked for first.',
    join: {
      title: 'Join a federation',
      about:
        'Paste the invitation that the coordinating site sent to you. You see who asks and what for before anything is accepted.',
      field: 'Invitation',
      authority: 'Certificate authority',
      authorityHelp: 'Only where the coordinator’s certificate comes from your own authority: its PEM file.',
      chooseFile: 'Choose file…',
      read: 'Read invitation',
      reading: 'Asking the coordinator…',
      accept: 'Join this federation',
      decline: 'Do not join',
      invited: (federation: string) => `You are invited to “${federation}”`,
      coordinator: 'Coordinated by',
      fingerprint: 'Its key’s fingerprint',
      compare: 'Call the other hospital and compare the fingerprint, group by group, before you join.',
      known: 'You have approved this key before.',
      proved: 'The coordinator has just proved that it holds this key.',
      address: 'Address',
      encrypted: 'encrypted (TLS)',
      sites: 'Sites',
      admitted: (sites: number, needed: number) => `${sites} admitted so far; the first round begins with ${needed}`,
      joinedBefore: 'This site has been admitted already: joining again goes on where it was.',
      work: 'What is done together',
      rounds: (pretraining: number, finetuning: number) =>
        [
          pretraining > 0 && `${pretraining} ${pretraining === 1 ? 'round' : 'rounds'} of contrastive pre-training`,
          finetuning > 0 && `${finetuning} ${finetuning === 1 ? 'round' : 'rounds'} of fine-tuning on labels`,
        ]
          .filter(Boolean)
          .join(', then '),
      data: 'What this site brings',
      asks: 'What you will be asked to let go',
      asksFeatures: (times: number, size: string) =>
        `${times} × feature vectors, about ${size} each time, sealed so that only the other sites can read them`,
      asksWeights: (times: number, size: string, stage: string) =>
        `${times} × network weights of ${stage}, ${size} each time, to the coordinator`,
      asksInAll: (size: string) => `At most ${size} in all. Each time is a question of its own.`,
      never: 'No image, label, file name, path, date or patient identifier is part of any message.',
      plan: 'The whole plan',
      differs: 'Different from the usual plan',
      everySetting: 'Every setting',
    },
    host: {
      title: 'Create a federation',
      about:
        'This site hosts the coordinator: it admits sites, opens rounds and averages weights. It may also take part itself.',
      sites: 'Sites to wait for',
      sitesHelp: 'The first round begins when so many sites are here.',
      listen: 'Address to listen on',
      listenHelp: '127.0.0.1 for this machine alone, 0.0.0.0 for every network that it is in.',
      port: 'Port',
      portHelp: '0 takes any free one.',
      certificate: 'Certificate',
      certificateHelp: 'PEM file. Without one nothing is encrypted, so it is needed beyond this machine.',
      key: 'Its private key',
      from: 'Begin with',
      fromRandom: 'Random weights',
      plan: 'Plan for all sites',
      start: 'Create federation',
      unencrypted: 'Without a certificate, whoever is on the way can read and change names and network weights.',
      trial: 'I know, and do this for a trial inside one trusted network',
    },
    hosted: {
      title: (federation: string) => `“${federation}”, hosted here`,
      states: {
        listening: 'Waiting for sites',
        running: 'Running',
        finished: 'Finished',
        failed: 'Failed',
        stopped: 'Stopped',
      },
      address: 'Listens on',
      invite: 'Invite a site',
      inviteAbout: 'Each invitation lets one site in. Send it by a way that you trust.',
      inviteAddress: 'How that site reaches this machine',
      inviteAddressHelp: 'HOST:PORT, if it is not the address listened on.',
      inviteAddressWrong: 'Write it as HOST:PORT, as in a.example.org:4100.',
      newInvitation: 'New invitation',
      stop: 'Stop hosting',
      takePart: 'Take part with this site',
      goOn: 'Go on hosting',
      abandon: 'Abandon it',
      abandonTitle: 'Abandon this federation?',
      abandonWords: 'Its rounds cannot be continued then. Models that were made stay.',
      stopTitle: 'Stop hosting this federation?',
      stopWords:
        'The other sites are told. What was learnt is kept: hosting with the same plan goes on after the last finished phase.',
      fingerprint: 'Your fingerprint, to read out to whoever asks',
    },
    member: {
      title: (federation: string) => `Taking part in “${federation}”`,
      connection: { connecting: 'Connecting', connected: 'Connected', away: 'Connection broken', over: 'Over' },
      paused: 'Paused',
      coordinator: 'Coordinator',
      leave: 'Leave',
      leaveTitle: 'Leave this federation?',
      leaveWords:
        'The coordinator is told, and the others go on without you. Everything learnt here stays here. To come back you need a new invitation.',
      results: {
        left: 'You left. Everything learnt here stays here.',
        finished: 'The federation is finished. Its model is among yours.',
        stopped: 'This site stopped here. The run goes on where it was when you resume it.',
        failed: 'The federation ended early for this site.',
      },
      useModel: 'Fine-tune with its model',
      resume: 'Resume',
    },
    round: {
      none: 'No round is open.',
      title: (stage: string, round: number, rounds: number) => `${stage}, round ${round} of ${rounds}`,
      stages: { pretraining: 'Pre-training', finetuning: 'Fine-tuning' },
      phases: {
        admit: 'Admit',
        announce: 'Announce',
        features: 'Features',
        training: 'Training',
        updates: 'Weights',
        aggregate: 'Average',
        finished: 'Finished',
      },
      deadline: (left: string) => `${left} left in this phase`,
      overdue: 'The deadline has passed; the round goes on without whoever is missing.',
      missing: (names: string) => `Waiting for ${names}`,
      consent: 'Waiting for your decision',
    },
    peers: {
      title: 'Sites',
      name: 'Site',
      fingerprint: 'Fingerprint',
      state: 'State',
      volumes: 'Volumes',
      heard: 'Last heard',
      here: 'Here',
      away: 'Away',
      self: 'this site',
      coordinates: 'coordinator',
      isNew: 'new',
      none: 'Nobody has joined yet.',
    },
    rounds: {
      title: 'Rounds',
      newest: (count: number) => `The newest ${count}`,
      round: 'Round',
      counted: 'Result',
      yes: (sites: number) => `${sites} sites averaged`,
      no: 'too few weights',
      loss: 'Mean loss',
      seconds: 'Time',
      up: 'Left this site',
      down: 'Came in',
      split: (features: string, weights: string) => `features ${features}, weights ${weights}`,
      withheld: 'stayed here',
      upOf: (name: string) => `From ${name}`,
      none: 'No round is finished yet.',
    },
    messages: 'What happened',
    ago: (time: string) => `${time} ago`,
  },

  // Consent
  consent: {
    title: 'Consent',
    about:
      'Nothing leaves this machine without a decision. No answer in time is a no, and a no never stops your own training.',
    inbox: {
      title: 'Waiting for you',
      none: 'Nothing asks to leave this machine.',
      noneWords: 'While you take part in a federation, each payload is asked for here and over whatever page is open.',
      look: 'Look and decide',
      refuse: 'Refuse',
    },
    prompt: {
      title: {
        features: 'Feature vectors want to leave this machine',
        weights: 'Network weights want to leave this machine',
      },
      asks: 'Who asks',
      asker: (name: string, federation: string) => `${name}, coordinator of “${federation}”`,
      receives: 'Who receives',
      sealed: 'sealed: the coordinator cannot read them',
      isNew: 'NEW here. Compare the fingerprint by phone.',
      isSelf: 'This site itself, as coordinator',
      what: 'What leaves',
      vectors: (vectors: string, length: string) => `${vectors} of ${length} numbers each, with the partition of each`,
      weights: (parameters: string) => `network weights, ${parameters} numbers`,
      size: 'Size',
      from: 'Computed from',
      volumes: (volumes: string) => `${volumes}. No image, label or name is in it.`,
      purpose: 'What for',
      round: (stage: string, round: number) => `${stage}, round ${round}`,
      treatment: 'Done to them',
      nothingDone: 'nothing',
      hash: 'SHA-256',
      left: (left: string) => `${left} left to answer. No answer is a no.`,
      over: 'The time to answer is over.',
      picture: 'The vectors, each as a point, by their two principal components. Numbers and colours are partitions.',
      pictureLabel: (vectors: string, partitions: number) =>
        `${vectors} in ${partitions} partitions, drawn in two dimensions`,
      partition: (number: number) => `Partition ${number}`,
      refuse: 'Refuse',
      refuseAndLeave: 'Refuse and leave the federation',
      once: 'Allow once',
      run: 'Allow for this run…',
      later: 'Decide later',
      wait: 'Read first…',
      more: (count: number) => `${count} more ${count === 1 ? 'waits' : 'wait'}`,
      reason: 'Reason, for the ledger (optional)',
      person: (name: string) => `The ledger will name ${name}.`,
    },
    bounds: {
      title: 'Allow for this run, within bounds',
      words: (what: string) =>
        `Until one of these bounds is reached, ${what} leave without a question. A new recipient is always asked about, and you can withdraw at any time.`,
      rounds: 'Up to round',
      bytes: 'At most, each time',
      vectors: 'Vectors, each time',
      recipients: 'Only to',
      until: 'Not after',
      allow: 'Allow within these bounds',
      back: 'Back',
      wrong: 'Give a number above 0.',
    },
    kinds: { features: 'feature vectors', weights: 'network weights' },
    stages: { pretraining: 'pre-training', finetuning: 'fine-tuning' },
    permissions: {
      title: 'Standing permissions',
      none: 'None: every payload is asked about.',
      banner: (count: number) =>
        count === 1
          ? 'A standing permission lets payloads leave without a question'
          : `${count} standing permissions let payloads leave without a question`,
      withdraw: 'Withdraw',
      withdrawAll: 'Withdraw all',
      line: (kind: string, federation: string, stage: string) => `${kind} of ${stage} for “${federation}”`,
      granted: (by: string, at: string) => `granted by ${by}, ${at}`,
      look: 'See bounds',
    },
    parties: {
      title: 'Recipients approved before',
      words: 'Whoever is forgotten is new again: named as such, and covered by no standing permission.',
      none: 'None yet.',
      forget: 'Forget',
      since: (at: string) => `since ${at}`,
    },
  },

  // Review
  review,

  // Ledger
  ledger: {
    title: 'Ledger',
    about:
      'Every decision about what may leave this machine. Entries are only ever added, each sealed to the one before.',
    verifying: 'Verifying every entry…',
    whole: (entries: number) => `The ledger is whole: ${amount(entries, 'entry', 'entries')}`,
    head: 'Head hash',
    headHelp: 'Note it elsewhere: whoever rewrites the ledger cannot keep it.',
    broken: (entry: number) => `The ledger is broken at entry ${number(entry)}`,
    brokenNext:
      'Entries before it hold. Export the ledger, put the site’s folder aside, and compare with a backup or a head hash noted earlier.',
    export: 'Export…',
    copyHead: 'Copy the head hash',
    filter: 'Search the ledger',
    answers: 'Answer',
    whats: 'About',
    federations: 'Federation',
    anyAnswer: 'Any answer',
    anyWhat: 'Anything',
    anyFederation: 'Any federation',
    answer: { allowed: 'Allowed', refused: 'Refused', nobody: 'No answer in time', rule: 'Decided by a rule' },
    what: { features: 'Feature vectors', weights: 'Network weights', permissions: 'Standing permissions' },
    answerWords: {
      'allow-once': 'Allowed once',
      'allow-run': 'Allowed for the run',
      refuse: 'Refused',
      'refuse-and-leave': 'Refused, and left',
    } as Record<string, string>,
    outcomes: { sent: 'Left this machine', withheld: 'Stayed here', failed: 'Was not delivered' },
    columns: { number: 'No.', at: 'When', words: 'What', answer: 'Answer', outcome: 'Outcome', by: 'Who' },
    emptyTitle: 'No decision yet',
    emptyWords:
      'When a federation asks for something to leave, your answer is written down here, with what it was and who got it.',
    nothingTitle: 'No entry fits',
    nothingWords: 'No entry matches the search and the filters.',
    clear: 'Clear filters',
    details: (entry: number) => `Entry ${number(entry)}`,
    payload: 'What it was',
    chain: 'Chain',
    entries: 'Entries',
    decisions: 'Decisions and permissions',
    everyEntry: 'Every entry',
    field: {
      at: 'When',
      by: 'Who',
      answer: 'Answer',
      outcome: 'What became of it',
      reason: 'Reason',
      bounds: 'Bounds',
      hash: 'Hash of this entry',
      previous: 'Hash of the one before',
    },
    first: 'none, it is the first',
    boundWords: {
      vectors: (most: number) => `at most ${amount(most, 'vector')} at a time`,
      bytes: (most: number) => `at most ${bytes(most)} at a time`,
      rounds: (last: number) => `up to round ${number(last)}`,
      recipients: (count: number) => `only for ${count === 1 ? 'one recipient' : `${number(count)} recipients`}`,
      until: (when: string) => `until ${when}`,
    },
  },

  // Settings and first start
  settings: {
    title: 'Settings',
    site: {
      title: 'This site',
      name: 'Name',
      nameHelp: 'The other sites of a federation see it.',
      created: 'Since',
      folder: 'Folder',
      account: 'Account',
      fingerprint: 'Fingerprint of this site’s key',
      fingerprintHelp:
        'Other sites know you by this key. Read the fingerprint out by phone, group by group, when they ask for it.',
      copyFingerprint: 'Copy the fingerprint',
      key: 'The key itself',
    },
    storage: {
      title: 'Storage',
      kinds: {
        volumes: 'Volumes and label maps',
        models: 'Models',
        runs: 'Runs',
        other: 'Catalogue, ledger and other',
      },
      total: (used: number, free: number) => `${bytes(used)} used, ${bytes(free)} free on this disk`,
      measuring: 'Measuring…',
      clean: 'Clean up',
      cleanHelp: 'Deletes what finished runs left behind and no model needs. Volumes, models and curves stay.',
      cleaned: (freed: number) => (freed === 0 ? 'There was nothing to clean up.' : `${bytes(freed)} freed.`),
    },
    engine: {
      title: 'Engine',
      about: 'What trains and segments on this machine.',
      choice: 'Compute with',
      names: { auto: 'Automatic', ...engineNames },
      purposes: {
        auto: 'The fastest that works here.',
        tensorflow: 'For NVIDIA graphics cards, else for the processor.',
        webgpu: 'For graphics cards of every maker.',
        wasm: 'Works on every machine.',
      } satisfies Record<EngineChoice, string>,
      atWork: 'In use',
      notUsable: 'Not usable here',
      software: 'This graphics card is played by the processor: right, but slow. Automatic never takes it.',
      memory: (size: string) => `${size} memory`,
      slices: (perSecond: string) => `${perSecond} slices a second in training`,
      gflops: (value: string) => `${value} GFLOPS`,
      unmeasured: 'speed not measured',
      line: {
        title: 'Computed by',
        looking: 'Looking what computes here…',
        unusable: (engine: string) => `${engine} cannot be used here.`,
        ofPlan: 'The plan names it.',
        settings: 'Change in Settings',
      },
      measure: 'Look again and measure',
      measuring: 'Measuring…',
      looking: 'Looking what there is…',
      unusable: (engine: string) => `${engine} is chosen and cannot be used here.`,
      nothingElse:
        'Nothing takes its place by itself, so nothing can be trained. Do what stands below and look again, or choose another one.',
      during:
        'What is being computed keeps its engine; the next round or run takes this. A plan that names an engine comes first.',
    },
    consent: {
      title: 'Consent',
      about: 'Nothing leaves this machine without a decision.',
      rule: 'When something wants to leave',
      ask: 'Ask me each time',
      askHelp: 'A question opens with what it is and who gets it. No answer in time is a no.',
      refuse: 'Refuse without asking',
      refuseHelp: 'Nothing leaves. This site still trains on its own volumes.',
      permissions: (count: number) =>
        count === 0
          ? 'No standing permission: every batch is asked for.'
          : `${amount(count, 'standing permission')} in force.`,
      look: 'Permissions and approved sites',
    },
    plan: {
      title: 'Usual plan',
      about:
        'What new runs and federations begin with, besides what is fitted to the volumes. Each can still be changed on its own page.',
      fixed: 'Settings with a lock are fitted to the volumes of this site when a run is prepared.',
      open: 'Change…',
      edit: 'Change the usual plan',
    },
    about: {
      title: 'About',
      version: (version: string) => `Isocenter ${version}`,
      notMedical: 'Research software. It is no medical device and decides nothing about a patient.',
      free: 'Free software under the Apache-2.0 licence.',
      licences: 'Licences',
      stands: (count: number) => `Isocenter stands on ${amount(count, 'other package')}.`,
      package: 'Package',
      versionColumn: 'Version',
      licence: 'Licence',
      back: 'All packages',
      search: 'Search packages and licences',
      none: 'No package fits.',
      text: (name: string) => `Licence of ${name}`,
      noText: 'The package ships no licence text.',
    },
  },
  welcome: {
    title: 'Welcome',
    heading: 'Welcome to Isocenter',
    points: [
      {
        title: 'Read and label your own volumes',
        words: 'Import MR and CT as they come from the archive, look at them, and draw on them.',
      },
      {
        title: 'Learn together with other hospitals',
        words: 'Each site trains on its own volumes; together they make a better segmentation than any of them alone.',
      },
      {
        title: 'Your patients stay here',
        words:
          'Images, labels, names and file names never leave this machine. What may leave is numbers that a network learnt, and each time only after your yes.',
      },
    ],
    name: 'Name of your hospital or department',
    nameHelp: 'The other sites of a federation will see it. You can change it later.',
    start: 'Start',
    starting: 'Making the site…',
    folder: 'On this machine alone. No account, no cloud.',
    problemTitle: 'Your site cannot be opened',
    problemKept: 'Nothing was changed or deleted.',
  },

  // Menu, dialogs and notices of Electron's shell
  shell,
};

export type Texts = typeof en;
