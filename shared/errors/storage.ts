import type { ErrorText } from './text.ts';

export const storageErrors = {
  'storage.safetensors-broken': {
    message: '{source} is not a sound safetensors file: {reason}.',
    next: 'Restore it from a backup, or make it again as it was made.',
  },
  'storage.file-missing': {
    message: '{file} does not exist.',
    next: 'Check the name; a file of a site folder comes back from a backup, or by making it again.',
  },
  'storage.not-readable': {
    message: '{file} cannot be read: {reason}.',
    next: 'Check the permissions of the file and of its folder, and that the disk is connected.',
  },
  'storage.not-writable': {
    message: '{file} cannot be written: {reason}.',
    next: 'Check the permissions of its folder, and that the disk is not write-protected.',
  },
  'storage.disk-full': {
    message: 'There is no room left to write {file}.',
    next: 'Free some space on that disk or raise the quota, then try again: finished work is kept.',
  },
  'storage.already-a-site': {
    message: '{folder} is already a site.',
    next: 'Use it as it is, or choose another folder.',
  },
  'storage.not-a-site': {
    message: '{folder} is not a site folder.',
    next: 'Check the path, or make a site there with "isocenter init {folder} --name NAME".',
  },
  'storage.bad-site-name': {
    message: 'A site needs a name of 1 to 64 characters on one line.',
    next: 'Give a name that the other hospitals will recognise.',
  },
  'storage.newer-site': {
    message: '{file} was written by a newer Isocenter (its layout is {found}, this one knows {known}).',
    next: 'Update Isocenter at this site.',
  },
  'storage.database-broken': {
    message: '{file} is damaged: {reason}.',
    next: 'Copy the folder away, then restore the file from a backup.',
  },
  'storage.database-busy': {
    message: '{file} is in use by another program for too long.',
    next: 'Wait for the other program to finish, then try again.',
  },
  'storage.site-busy': {
    message: '{folder} is already at work: {purpose} (process {pid}, since {since}).',
    next: 'Wait for it, or stop it where it was started; volumes, models and the ledger can be looked at meanwhile.',
  },
  'storage.not-a-volume': {
    message: '{file} is not a volume or label map of this site: {reason}.',
    next: 'Remove the volume from the catalogue and import it again.',
  },
  'storage.not-a-model': {
    message: '{file} holds no usable weights: {reason}.',
    next: 'Choose another model, or ask for the file again.',
  },
  'storage.no-such-volume': {
    message: 'No volume {id} is in the catalogue.',
    next: 'It may have been removed. Look at the list of volumes again (isocenter volumes SITE).',
  },
  'storage.labels-do-not-fit': {
    message: 'The label map has {labelSize} voxels, the volume {id} has {volumeSize}.',
    next: 'Use the label map that was drawn on this volume.',
  },
  'storage.no-such-label-map': {
    message: 'No label map {id} is known at this site.',
    next: 'It was removed, or its volume was: open the volume again.',
  },
  'storage.not-a-drawing': {
    message: 'The label map {name} is no drawing, so it cannot be drawn on.',
    next: 'Start a drawing that begins as a copy of it.',
  },
  'storage.not-a-prediction': {
    message: 'The label map {name} is no prediction of a model, so there is nothing to judge.',
    next: 'Choose a prediction.',
  },
  'storage.other-kind-of-run': {
    message: 'The run {id} is of another kind ({kind}, not {wanted}).',
    next: 'Look at the list of runs again.',
  },
  'storage.other-volume': {
    message: 'The label map {name} belongs to another volume.',
    next: 'Choose a label map of this volume.',
  },
  'storage.stroke-unsound': {
    message: 'The stroke was not drawn: {reason}.',
    next: 'This is a fault of the program: open the volume again and report what was done. The drawing is as it was.',
  },
  'storage.drawn-elsewhere': {
    message: 'The drawing {id} was changed by another program or removed, so the last step was not taken.',
    next: 'Open the volume again to see it as it is now, and draw in one place only.',
  },
  'storage.no-such-run': {
    message: 'No run {id} is known at this site.',
    next: 'Check the id.',
  },
  'storage.run-is-over': {
    message: 'Run {id} is {state} and cannot go on.',
    next: 'Start a new run.',
  },
  'storage.no-such-model': {
    message: 'No model {id} is known at this site.',
    next: 'It may have been removed. Look at the list of models again (isocenter models SITE).',
  },
  'storage.no-such-cohort': {
    message: 'No cohort {name} is known at this site.',
    next: 'Look at the list of cohorts again (isocenter cohort SITE list).',
  },
  'storage.cohort-exists': {
    message: 'There is a cohort {name} already.',
    next: 'Put the volumes into that one, or choose another name.',
  },
  'storage.other-role': {
    message: '{volume} is in the cohort {cohort}, whose volumes are for another purpose ({role}).',
    next: 'Take it out of that cohort first: a volume has one role only.',
  },
  'storage.no-such-permission': {
    message: 'No standing permission {id} is in force.',
    next: 'It may have been withdrawn already; the ledger tells.',
  },
} satisfies Record<`storage.${string}`, ErrorText>;
