/** An event as Electron gives it to listeners that may prevent what would follow. */
export interface Cancellable {
  defaultPrevented: boolean;
  preventDefault(): void;
}

export function cancellable<Details extends object>(details?: Details): Cancellable & Details {
  const event = {
    ...(details as Details),
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true;
    },
  };
  return event;
}
