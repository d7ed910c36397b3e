/** The files of a drop. A browser gives folders only entry by entry; Electron gives their path as it gives a file's. */

export async function droppedFiles(dropped: DataTransfer, kind: 'electron' | 'browser'): Promise<File[]> {
  if (kind === 'electron') return [...dropped.files];
  const items = [...dropped.items].filter(({ kind: what }) => what === 'file');
  const found = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile()); // all before the first wait
  const files: File[] = [];
  for (const each of found) {
    if (each instanceof File)
      files.push(each); // what no folder of the disk holds, such as a picture out of a page
    else if (each) await walk(each, files);
  }
  return files;
}

async function walk(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    // As a file input says where in a folder a file was; label maps find their images by it.
    Object.defineProperty(file, 'webkitRelativePath', { value: entry.fullPath.replace(/^\//, '') });
    files.push(file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return; // it gives at most 100 at a time
    for (const inside of some) await walk(inside, files);
  }
}
