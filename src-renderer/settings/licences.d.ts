/** Every package of others that is shipped, by name. build/licences.mjs makes it from what is installed. */
declare module 'virtual:licences' {
  export const licences: readonly {
    readonly name: string;
    readonly version: string;
    /** Its short name, such as MIT. */
    readonly licence: string;
    readonly text: string;
  }[];
}
