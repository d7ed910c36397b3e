/** The form of a plan in English: a name, a unit and a plain explanation for each setting. */
import type { SliceAxis } from '../../shared/volume.ts';
import type { PresetName } from '../plan/presets.ts';
import type { PlanGroup, SettingPath } from '../plan/settings.ts';

export interface SettingText {
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
    label: 'Slice size',
    unit: 'pixels a side',
    help: 'Slices are cut or filled up to this square. Size times spacing should cover the structure and its surroundings.',
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
  exchangeFeatures: {
    label: 'Sites exchange features',
    help: 'Feature vectors go to the other sites, after a yes at each site. Off: only network weights are averaged.',
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

export const plan = {
  settings,
  groups: {
    slices: 'Slices',
    network: 'Network',
    pretraining: 'Pre-training',
    finetuning: 'Fine-tuning',
    augmentation: 'Augmentation',
    federation: 'Federation',
    privacy: 'Privacy of features',
  } satisfies Record<PlanGroup, string>,
  axes: {
    axial: 'Axial (feet to head)',
    coronal: 'Coronal (back to front)',
    sagittal: 'Sagittal (left to right)',
  } satisfies Record<SliceAxis, string>,
  presetsLabel: 'Begin with',
  presets: {
    quick: { name: 'Quick try', words: 'A narrow network and few steps: minutes, to see how it goes.' },
    usual: { name: 'This computer', words: 'The usual plan, made for a processor without a graphics card.' },
    paper: { name: 'As wide as in the paper', words: '48 channels and many more steps: for a graphics card, or days.' },
  } satisfies Record<PresetName, { name: string; words: string }>,
  all: 'All settings',
  default: (value: string) => `Usually ${value}.`,
  usually: (value: string) => `usually ${value}`,
  on: 'on',
  off: 'off',
  sameAsDefault: 'Everything as usual',
  differ: (count: number) => `${count} ${count === 1 ? 'setting differs' : 'settings differ'} from the usual plan`,
  differHere: (count: number) => `${count} changed`,
  resetAll: 'Reset all',
  reset: (value: string) => `Reset to ${value}`,
  resetNamed: (label: string, value: string) => `Reset ${label} to ${value}`,
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
