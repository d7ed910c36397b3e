import type { ErrorText } from './text.ts';

export const imagingErrors = {
  // Files
  'imaging.missing': {
    message: '{file} does not exist or may not be read.',
    next: 'Check the path and that your account may read it.',
  },
  'imaging.empty': {
    message: '{file} is empty (0 bytes).',
    next: 'Export or copy it again, then import it again.',
  },
  'imaging.not-an-image': {
    message: '{file} is not an image that Isocenter reads.',
    next: 'Leave it where it is, or convert it to NIfTI, NRRD, MetaImage or DICOM first.',
  },
  'imaging.truncated': {
    message: '{file} is cut short or damaged: its header is sound, but its voxels cannot be read whole.',
    next: 'Export or copy it again, then import it again.',
  },
  'imaging.unreadable': {
    message: '{file} could not be read: its header is damaged or of an unknown kind.',
    next: 'Export it again, or convert it to NIfTI with another program.',
  },
  'imaging.nothing-found': {
    message: '{file} holds no image.',
    next: 'Name a folder that holds NIfTI, NRRD, MetaImage or DICOM files, or such a file.',
  },

  // Images
  'imaging.four-dimensional': {
    message: '{file} has four dimensions (a time series or several contrasts).',
    next: 'Save the one 3-D image that is to be used in a file of its own, and import that.',
  },
  'imaging.two-dimensional': {
    message: '{file} is a single slice, not a volume.',
    next: 'Import the whole series. Scouts and single pictures can be left out.',
  },
  'imaging.colour': {
    message: '{file} has several numbers in each voxel (colour or vectors).',
    next: 'Save it as an image of one number a voxel, then import it again.',
  },
  'imaging.not-finite': {
    message: '{file} has {count} voxels that are not finite numbers (NaN or infinite).',
    next: 'Find out where they come from, replace them with a number (often 0), and import it again.',
  },
  'imaging.no-spacing': {
    message: '{file} does not say how large its voxels are: the spacing is missing, zero, negative or not a number.',
    next: 'Export it again with its geometry, or correct the spacing in its header. It is never guessed.',
  },
  'imaging.spacing-conflict': {
    message: '{file} gives two different voxel sizes in its header (pixdim and sform).',
    next: 'Find out which one is right and correct the header. It is never guessed.',
  },
  'imaging.singular-direction': {
    message: '{file} has axes that do not span the room: two of them run the same way or one has no direction.',
    next: 'Export it again, or correct the orientation in its header.',
  },
  'imaging.sheared': {
    message: '{file} has axes that are not at right angles (a tilted gantry or a sheared header).',
    next: 'Resample it to a rectangular grid with another program, and import the result.',
  },
  'imaging.constant': {
    message: '{file} has the same value in every voxel.',
    next: 'Check whether the right file was exported.',
  },
  'imaging.duplicate': {
    message: '{file} is the same image as {other}, and is imported only once.',
    next: 'Nothing needs to be done. Delete one of them if you like.',
  },

  // DICOM
  'imaging.dicom-not-an-image': {
    message: '{file} is a DICOM object without slices to read ({modality}).',
    next: 'Nothing needs to be done for reports and folders. Convert segmentations to NIfTI to import them as labels.',
  },
  'imaging.dicom-no-position': {
    message: '{file} does not say where its slices lie (image position or orientation is missing).',
    next: 'Export the original series from the archive, not a screen copy of it.',
  },
  'imaging.dicom-repeated-positions': {
    message: '{file} has several slices at the same place (time points, echoes or contrasts in one series).',
    next: 'Export each time point or contrast as a series of its own.',
  },
  'imaging.dicom-missing-slices': {
    message: '{file} has gaps: its slices are not evenly spaced.',
    next: 'Export the series again with all its slices.',
  },
  'imaging.several-series': {
    message: '{file} holds {count} image series, and one is needed.',
    next: 'Put the one series into a folder of its own and name that.',
  },

  // Labels
  'imaging.label-not-integer': {
    message: '{file} holds numbers that are not whole, so it is no label map.',
    next: 'Save the segmentation as whole numbers, without interpolation.',
  },
  'imaging.label-out-of-range': {
    message: '{file} holds labels outside 0 to 255.',
    next: 'Renumber the labels to 1 to 255 and save it again.',
  },
  'imaging.label-other-grid': {
    message: '{file} has another grid than its image {other}: size, spacing, place or direction differ.',
    next: 'Resample the labels to the grid of the image. Until then the image is imported without them.',
  },
  'imaging.label-missing': {
    message: '{file} has no label map. It is imported and used for pre-training.',
    next: 'Nothing needs to be done, unless there are labels: give them the name of the image.',
  },
  'imaging.image-missing': {
    message: '{file} is a label map, but no image of that name could be imported.',
    next: 'Give the label map the name of its image, or import the image with it.',
  },
  'imaging.label-surplus': {
    message: '{file} is a second label map of the same image; {other} is used.',
    next: 'Remove the one that is not meant, or import the other one alone, chosen as labels.',
  },
  'imaging.label-ambiguous': {
    message: '{file} could belong to {count} images of that name.',
    next: 'Give each image a name of its own, and its label map the same.',
  },

  // Writing
  'imaging.unknown-format': {
    message: '{file} has an ending that Isocenter does not write.',
    next: 'Choose a name that ends in .nii, .nii.gz, .nrrd or .mha.',
  },
  'imaging.series-not-segmentable': {
    message:
      'No DICOM segmentation could be made for this series of {count} files: it is of a kind that dcmqi does not take.',
    next: 'Export the label map as NIfTI. Series of ordinary slices, one a file, can be segmented; multi-frame objects often cannot.',
  },
  'imaging.not-written': {
    message: '{file} could not be written.',
    next: 'Check that the folder exists, that your account may write there, and that the disk is not full.',
  },
} satisfies Record<`imaging.${string}`, ErrorText>;
