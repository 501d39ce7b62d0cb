import { html } from "hono/html";
import type { Html } from "./layout.ts";

/** A field of a form. */
export interface Field {
  /** Name in the form, also its id on the page. */
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  /** A sentence below the label. */
  readonly hint?: string;
  /** What is wrong with the value; read out with the field. */
  readonly error?: string | undefined;
  /** Default: text. */
  readonly type?: "text" | "email" | "search" | "number" | "date" | "password" | "file" | "textarea";
  readonly required?: boolean;
  readonly maxLength?: number;
  /** What browsers may fill in. Default: off. */
  readonly autocomplete?: string;
}

/** A labelled field. */
export function field({ name, label, value, hint, error, type = "text", ...rest }: Field): Html {
  const described = [...(hint ? [`${name}-hint`] : []), ...(error ? [`${name}-error`] : [])].join(" ");
  const attributes = html`id="${name}" name="${name}" autocomplete="${rest.autocomplete ?? "off"}"${rest.required ? " required" : ""}${
    rest.maxLength === undefined ? "" : html` maxlength="${rest.maxLength}"`
  }${described === "" ? "" : html` aria-describedby="${described}"`}${error ? html` aria-invalid="true"` : ""}`;
  return html`<div class="field"><label for="${name}">${label}</label>
${hint ? html`<p class="small soft" id="${name}-hint">${hint}</p>` : ""}
${error ? html`<p class="wrong" id="${name}-error">${error}</p>` : ""}
${
  type === "textarea"
    ? html`<textarea ${attributes} rows="6">${value ?? ""}</textarea>`
    : html`<input type="${type}" ${attributes}${value === undefined ? "" : html` value="${value}"`}>`
}</div>`;
}

/** One of several things to choose. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
  readonly chosen?: boolean;
}

/** A group of choices under a legend: `checkbox` for any number, `radio` for one. */
export const choices = (
  kind: "checkbox" | "radio",
  name: string,
  legend: string,
  options: readonly Choice[],
  error?: string,
): Html => html`<fieldset class="field"><legend>${legend}</legend>
${error ? html`<p class="wrong" role="alert">${error}</p>` : ""}
${options.map(
  ({ value, label, hint, chosen }) =>
    html`<label class="choice"><input type="${kind}" name="${name}" value="${value}"${chosen ? " checked" : ""}><span>${label}${
      hint ? html`<span class="small soft">${hint}</span>` : ""
    }</span></label>`,
)}</fieldset>`;

/** A list to choose one of. */
export const select = (name: string, label: string, options: readonly Choice[]): Html =>
  html`<div class="field"><label for="${name}">${label}</label>
<select id="${name}" name="${name}">${options.map(
    (option) => html`<option value="${option.value}"${option.chosen ? " selected" : ""}>${option.label}</option>`,
  )}</select></div>`;

/** How a button looks: `first` is the main way on, `danger` takes something away. */
export type ButtonLook = "plain" | "first" | "danger";

/** The button that sends a form. @param label what it is called to screen readers, where the text alone is not clear */
export const submit = (text: string, look: ButtonLook = "first", label?: string): Html =>
  html`<button class="button ${look}"${label ? html` aria-label="${label}"` : ""}>${text}</button>`;

/** A form that is sent by POST to a path of this site; the web application checks that it comes from the site itself. */
export const postForm = (action: string, body: Html | readonly Html[], upload = false): Html =>
  html`<form method="post" action="${action}"${upload ? html` enctype="multipart/form-data"` : ""}>${body}</form>`;

/** A form of nothing but a button, for an action on one thing; `hidden` fields go with it. */
export const postButton = (
  action: string,
  text: string,
  options: {
    readonly look?: ButtonLook;
    readonly label?: string;
    readonly hidden?: Readonly<Record<string, string>>;
  } = {},
): Html =>
  postForm(action, [
    ...Object.entries(options.hidden ?? {}).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
    ),
    submit(text, options.look ?? "plain", options.label),
  ]);
