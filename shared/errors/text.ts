/** Texts of one error; `{name}` stands for a detail given to `fault`. */
export interface ErrorText {
  message: string;
  next: string;
}
