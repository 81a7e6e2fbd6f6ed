/**
 * For `refine`: a text of at most so many characters, counted as JSON Schema and most providers do. An emoji is one, though
 * `length` counts two, which would refuse a text that the API has accepted.
 */
export const charactersMax = (max: number): [(text: string) => boolean, string] => [
  (text) => text.length <= max || (text.length <= 2 * max && [...text].length <= max),
  `more than ${max} characters`,
];
