import type { ErrorText } from './text.ts';

export const siteErrors = {
  'site.cancelled': {
    message: 'It was cancelled.',
    next: 'What was done is kept. Continue the run on the Train page, or give the same command again.',
  },
  'site.run-ended': {
    message: 'It was cancelled for good.',
    next: 'Its curves and notes stay. Start a new run to try again.',
  },
  'site.busy-with': {
    message: 'This site is at work already: {what}.',
    next: 'Wait until that is finished, or pause it, and try again.',
  },
  'site.nothing-at-work': {
    message: 'No run is at work in this window.',
    next: 'Nothing needs to be done: it has ended, or another program on this machine started it.',
  },
  'site.run-volumes-gone': {
    message: 'The run {run} learns from volumes of which {count} are no longer here.',
    next: 'Start a new run with the volumes that are here.',
  },
  'site.run-needs-invitation': {
    message: 'The run {run} takes part in a federation, which is continued by joining it again.',
    next: 'Paste the same invitation on the Federation page.',
  },
  'site.model-in-use': {
    message: 'The model {model} is in use by the run {run}.',
    next: 'Wait until that run is finished, or cancel it, then remove the model.',
  },
  'site.volumes-in-use': {
    message: 'The run at work learns from {name}, so it can neither be removed nor held out now.',
    next: 'Wait until the run is finished, or cancel it, then try again.',
  },
  'site.not-yet': {
    message: 'There is no site on this machine yet.',
    next: 'Give the hospital’s name on the first page.',
  },
  'site.unknown-verb': {
    message: 'The window asked for something that this site does not know.',
    next: 'Reload the window. If it stays, window and program are of different versions: install Isocenter again.',
  },
  'site.arguments-unsound': {
    message: 'What was asked of {verb} does not hold: {problem}.',
    next: 'Correct the value and try again.',
  },
  'site.unexpected': {
    message: 'Something in Isocenter failed: {reason}.',
    next: 'Nothing that was saved is lost. Try again; if it stays, report it with these words.',
  },
  'site.port-taken': {
    message: 'Port {port} of this machine cannot be used: {reason}.',
    next: 'Choose another one with --port, or leave --port out for any that is free.',
  },
  'site.no-window': {
    message: 'The files of the window are missing ({folder}) and could not be built: {reason}.',
    next: 'Build them with `npm ci && npm run build` in Isocenter’s folder, then try again.',
  },
  'site.foreign-caller': {
    message: 'Something else than the window’s own page asked for the site’s data.',
    next: 'Nothing was given. Close Isocenter and start it again.',
  },
  'site.export-gone': {
    message: 'The exported file {file} is not there any more.',
    next: 'Export it again.',
  },
  'site.not-saved': {
    message: '{file} could not be saved: {reason}.',
    next: 'Choose another folder, one that this account may write to and that has room.',
  },
  'site.key-in-keychain': {
    message:
      'The key of the site {folder} is kept by the keychain of this system, which only the Isocenter window can open.',
    next: 'Work with this site in the window. For commands, make a site of its own with: isocenter init FOLDER --name NAME',
  },
  'site.key-locked': {
    message: 'The keychain of this system did not give the key of the site {folder}: {reason}.',
    next: 'Unlock the keychain by logging in as the account that made the site, on the same machine, and start Isocenter again.',
  },
  'site.plan-unreadable': {
    message: 'The plan {file} could not be read: {reason}.',
    next: 'A plan is a JSON file that names what differs from the defaults, such as {"rounds": 2}.',
  },
  'site.plan-invalid': {
    message: 'The plan {file} does not hold: {problems}.',
    next: 'Correct the named settings; docs/plan.md lists each with its unit and default.',
  },
  'site.file-unreadable': {
    message: '{file} could not be read: {reason}.',
    next: 'Check the path and that this account may read it.',
  },
  'site.folder-unreadable': {
    message: 'The folder {folder} cannot be opened: {reason}.',
    next: 'Choose another folder, or have whoever looks after this machine give your account access.',
  },
  'site.name-in-use': {
    message: 'The federation {federation} knows this site by its name, and is not over.',
    next: 'Finish it, or give up its run on the Train page, then rename the site.',
  },
  'site.no-rounds': {
    message: 'The plan has no rounds of pre-training.',
    next: 'Give it 1 round or more, or fine-tune from a random start (isocenter finetune SITE --labels all).',
  },
  'site.cert-without-key': {
    message: 'Of a certificate and its private key only one was given.',
    next: 'Give both, each a PEM file (by command: --cert and --key).',
  },
  'site.unknown-ending': {
    message: '{file} does not end in .nii, .nii.gz, .nrrd or .mha.',
    next: 'Give the label map a name with one of these endings.',
  },
  'site.no-folder': {
    message: 'The folder of {file} does not exist.',
    next: 'Make the folder first, or choose another one.',
  },
  'site.labels-differ': {
    message: '{name} is here already, with other labels than {file} has.',
    next: 'The labels that it had were kept. To use the new ones, import into a new site.',
  },
  'site.nothing-counted': {
    message:
      'No round of {federation} counted: fewer sites than the quorum sent weights, so nothing was learnt together.',
    next: 'See in each site’s ledger who refused or came too late; then coordinate the plan again with a smaller quorum or longer deadlines.',
  },
  'site.demo-folder': {
    message: '{folder} already holds a folder sites/ that no demo made.',
    next: 'Choose an empty folder for --out.',
  },
  'site.no-volumes': {
    message: 'The site {site} has no volumes.',
    next: 'Import some first, on the Volumes page or with isocenter import SITE PATH...',
  },
  'site.nothing-to-fit': {
    message: 'The site {site} has no volumes that a plan could be fitted to.',
    next: 'Import some first, or give a plan file with --plan.',
  },
  'site.too-few-labels': {
    message: 'The {where} has {found} labelled volumes for this, but {wanted} are asked for.',
    next: 'Import label maps or draw some, or ask for fewer (by command: isocenter import SITE PATH... --labels PATH...). Volumes of validation and held-out cohorts, and samples beside others, do not count.',
  },
  'site.nothing-to-learn-from': {
    message: 'None of the {volumes} volumes of this site may be learnt from in the {where}.',
    next: 'Put volumes into it, or take some out of the validation and held-out cohorts, on the Volumes page.',
  },
  'site.cohort-of-other-role': {
    message: 'The cohort {cohort} is for another purpose ({role}, not {wanted}).',
    next: 'Choose a {wanted} cohort, or make one of other volumes on the Volumes page.',
  },
  'site.cohort-unnamed': {
    message: 'No cohort is named.',
    next: 'Give its name: isocenter cohort SITE make NAME VOLUME... makes one.',
  },
  'site.validation-seen': {
    message:
      'The model {model} has learnt from the labelled volumes of the {where}, or has made their labels, or this is not known; {found} are left to validate on, and {wanted} are asked for.',
    next: 'Hold out fewer volumes or none, start from random weights, or label volumes that it has not seen. To have some the next time, put them into a validation cohort before the first training.',
  },
  'site.run-volume-held-out': {
    message: 'The run {run} learns from {volume}, which is in the held-out cohort {cohort} by now.',
    next: 'Start a new run without it, or take the volume out of that cohort.',
  },
  'site.network-differs': {
    message: 'The model {model} has another network ({own}) than the plan ({wanted}).',
    next: 'Leave the plan out to use the model’s own, or choose a model that was made with this network.',
  },
  'site.not-a-unet': {
    message: 'The model {model} is an encoder, which cannot segment yet.',
    next: 'Fine-tune it first, on the Train page or with isocenter finetune {site} --labels all --from {model}',
  },
  'site.no-reference': {
    message: 'The volume {volume} has no label map to score against.',
    next: 'Import one for it, chosen as labels (by command: --labels), or draw one.',
  },
  'site.no-export': {
    message: 'The exported file {id} is not there any more.',
    next: 'Export it again: exports are kept until Isocenter is closed.',
  },
  'site.nothing-labelled': {
    message: 'The label map {name} is empty, and a DICOM segmentation needs at least one labelled voxel.',
    next: 'Draw something first, or export it as NIfTI.',
  },
  'site.no-dicom-source': {
    message: '{name} did not come from DICOM, so there is no series that a DICOM segmentation could refer to.',
    next: 'Export the label map as NIfTI.',
  },
  'site.source-gone': {
    message: 'A DICOM segmentation refers to the series it was drawn on, and files of it are no longer in {folder}.',
    next: 'Bring the folder back to where it was (connect the drive), or export the label map as NIfTI.',
  },
  'site.nothing-predicted': {
    message: 'The model {model} has no predictions to report on.',
    next: 'Segment some volumes with it first.',
  },
  'site.all-segmented': {
    message: 'The model {model} has segmented each of these volumes already.',
    next: 'Choose other volumes, or ask for them to be done again.',
  },
  'site.grids-differ': {
    message: '{prediction} and {reference} lie on different grids, so their voxels cannot be compared.',
    next: 'Segment the very image that the reference was drawn on.',
  },
  'site.other-federation': {
    message: 'The site {site} still coordinates a federation with another plan.',
    next: 'Finish it with its own plan, or abandon it: in the window on the page Federation, otherwise by removing the folder {folder}.',
  },
  'site.nothing-hosted': {
    message: 'The site {site} coordinates no federation at the moment.',
    next: 'Start one, on the Federation page or with isocenter coordinator SITE --plan FILE --listen HOST:PORT --sites N',
  },
  'site.address-needed': {
    message:
      'The coordinator listens on every address of this machine ({listening}), which no other site can use as is.',
    next: 'Say how sites reach it, by a name or number that they know (by command: isocenter invite SITE --address HOST:PORT).',
  },
  'site.coordinator-broken': {
    message: 'What is kept about the coordinated federation in {folder} cannot be read.',
    next: 'Restore the folder from a backup, or remove it to begin a new federation.',
  },
  'site.ledger-broken': {
    message: 'The ledger of {site} is broken at entry {number}: {reason}.',
    next: 'Keep the folder as it is and tell whoever is responsible for data protection: the record was changed outside Isocenter.',
  },
  'site.demo-data': {
    message: 'The demo cannot use {folder}: {reason}.',
    next: 'Give a folder with images/ and labels/ that hold files of the same names, or ask for fewer volumes or sites.',
  },
  'site.demo-site-died': {
    message: 'The process of {site} ended in the middle of the demo ({how}).',
    next: 'Run `isocenter doctor`; with little memory, ask for fewer sites or volumes.',
  },
} satisfies Record<`site.${string}`, ErrorText>;
