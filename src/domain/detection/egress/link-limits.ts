/** Longest start tag, content of `<style>` and `<script>`, and label of a link, in UTF-16 units. */
export const TAG_MAX = 16_384
export const ELEMENT_MAX = 262_144
export const LABEL_MAX = 1_000
