/** Name of the slice's work kind and of its queue. */
export const mailKind = "mail";
