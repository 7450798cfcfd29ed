/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules for a document outside of containerEdits, for cdi/rules.h and cdi/rules.c to include:
 * RULE(name, id, severity, what must hold, where that is from, help). No guard, on purpose.
 */
RULE(SYNTAX, "syntax", ERROR, "the text is YAML 1.1 or JSON", "CDI library; YAML 1.1",
     "Engines read every document with a parser of YAML 1.1, of which JSON is nearly a part, and "
     "refuse a text that it cannot read. Frequent causes are a tab that indents (YAML allows "
     "blanks only), a ':' followed by a blank inside of text that is not in quotes, and an item "
     "that is not in line with the others. Nothing else of such a text can be checked.")
RULE(LIMIT, "limit", ERROR,
     "the text, its nesting and its findings stay below the limits of the reader",
     "docs/cdi-reading.md, \"Limits\"",
     "cdikit reads documents of at most 64 MiB, nested at most 64 deep, with at most 4,000,000 "
     "values once aliases are expanded, and lists at most 10,000 findings of one document. No "
     "document that describes devices comes near.")
RULE(NO_DOCUMENT, "no-document", ERROR, "the text holds a document", "CDI library",
     "The file is empty, or has comments only, or its first YAML document is null. Engines report "
     "it as a broken file whenever they look at the spec dir. Remove it, or write a document.")
RULE(UNKNOWN_FIELD, "unknown-field", ERROR, "every member is one of the CDI specification",
     "CDI library: it decodes strictly",
     "Engines refuse a whole document for one member that they do not know, be it misspelt, put "
     "into the wrong object, or of a later version of CDI than theirs. Notes of your own belong "
     "into annotations, or into comments.")
RULE(WRONG_TYPE, "wrong-type", ERROR, "every value has the type of its member",
     "CDI SPEC.md, \"CDI JSON Specification\"; CDI library",
     "A list stands where an object belongs, a number is in quotes, a value is out of range. "
     "Numbers of devices and modes are written without quotes, text is text.")
RULE(DUPLICATE_KEY, "duplicate-key", ERROR, "a key is in its object once",
     "CDI library: it decodes strictly",
     "YAML allows a key once in each object, and engines refuse a document that repeats one. "
     "A key that is merged with << and given again counts as repeated, too.")
RULE(MORE_DOCUMENTS, "more-documents", WARNING, "the text holds one YAML document",
     "CDI library: it reads the first and nothing of the others",
     "After a line --- or ... a new YAML document begins. Engines read the first and never look at "
     "what follows, not even for errors: devices that are described there do not exist.")
RULE(BYTE_ORDER_MARK, "byte-order-mark", WARNING, "the text is UTF-8 without a byte order mark",
     "RFC 8259, 8.1; YAML 1.1, 5.2",
     "The text begins with a byte order mark, as some editors write it. Engines accept it, but "
     "other readers of JSON must not be given one, and programs that look at the first characters "
     "of a file mistake what it is. Save it as UTF-8 without the mark.")
RULE(CARRIAGE_RETURN, "carriage-return", WARNING, "lines end with a line feed alone",
     "POSIX.1-2017, 3.206 \"Line\"",
     "Lines end with carriage return and line feed, as other systems write them. Engines accept "
     "it, but scripts that cut lines out of the file carry the carriage return along, into paths "
     "for example. One finding stands for the whole file.")
RULE(COERCED_SCALAR, "coerced-scalar", WARNING,
     "text that YAML would change into something else is in quotes",
     "CDI library; docs/cdi-reading.md, \"Scalars\"",
     "YAML takes text without quotes for a number, a boolean or null where it looks like one, and "
     "the reader of engines turns that into text again: 007 becomes \"7\", 010 becomes \"8\", yes "
     "and on become \"true\", 1.10 becomes \"1.1\". There is a finding where the text has changed "
     "on that way; name: 0, which stays \"0\", is none. Put the text in quotes.")
RULE(FIELD_CASE, "field-case", WARNING, "members are spelt as in the CDI specification",
     "CDI library: it ignores upper and lower case; the JSON schema of CDI does not",
     "Engines that are built on the CDI library do not tell upper from lower case in the names of "
     "members, so that additionalGIDs is read as additionalGids. Other readers, schema validators "
     "among them, take such a member for an unknown one.")
RULE(MEMBER_ORDER, "member-order", OFF,
     "the members of a document are in the order of the specification",
     "CDI SPEC.md, \"CDI JSON "
     "Specification\"",
     "Engines do not care, but who reads the document does: cdiVersion and kind say what it is, "
     "and stand before annotations, devices and containerEdits. Off by default, for many programs "
     "write members in the order of the alphabet. There is one finding, for the first member that "
     "comes too late.")
RULE(IGNORE_COMMENT, "ignore-comment", WARNING,
     "a comment \"cdikit:\" says ignore or ignore-file and names rules", "docs/validation.md",
     "A comment \"# cdikit: ignore RULE\" silences findings of that rule on its own line or, where "
     "it has a line of its own, on the next line with text; \"# cdikit: ignore-file RULE\", above "
     "the first line with text, silences them in the whole file. Several rules are joined with "
     "commas. This finding is about a comment that does nothing: it has another word, it names no "
     "rule or one that does not exist, or ignore-file stands further down.")
RULE(FILE_NAME, "file-name", WARNING, "the name of a document ends in .json or .yaml",
     "CDI SPEC.md, \"CDI JSON Specification\"; CDI library",
     "In a spec dir engines read the files whose names end in .json or .yaml, in lower case, and "
     "pass over all others without a word: x.yml and x.YAML are never seen. Rename the file.")
RULE(SUB_DIRECTORY, "sub-directory", WARNING, "documents are not in directories beneath a spec dir",
     "CDI library",
     "Engines do not look into directories beneath a spec dir. There is a finding for one that "
     "holds files with names of documents, or has such a name itself. Move the documents up, or "
     "name that directory to cdikit to check them where they are.")
RULE(
    CONFIG_IN_SPEC_DIR, "config-in-spec-dir", WARNING,
    "no configuration of cdikit validate is in a spec dir", "CDI library: it reads hidden files",
    "Engines take .cdikit.yaml in a spec dir for a document, as every file that ends in .yaml, and "
    "report that they cannot load it. Keep it in a directory above the spec dir.")
RULE(VERSION_UNKNOWN, "version-unknown", ERROR,
     "cdiVersion is a released version of the CDI specification",
     "CDI SPEC.md, \"Released versions\"; CDI library",
     "Engines compare cdiVersion with the versions that they know, as text: 1.1 and 1.1.0-rc1 are "
     "none of them, nor is one that was released after the engine. A leading v is allowed.")
RULE(VERSION_TOO_LOW, "version-too-low", ERROR,
     "cdiVersion is not below what the members in use need",
     "CDI library: its minimum version of a document",
     "A member in use is newer than the version that the document declares, and engines refuse "
     "that. The finding names the member and the version that it needs. Declare that version, or "
     "do without the member if older engines have to read the document.")
RULE(VERSION_TOO_HIGH, "version-too-high", OFF,
     "cdiVersion is not above what the members in use need",
     "CDI library: an engine refuses versions that it does not know",
     "The document declares a later version than anything in it needs, and engines that only know "
     "earlier ones refuse it for that alone. Off by default, for it does no harm where all engines "
     "are recent; switch it on for documents that are shipped to hosts of others.")
RULE(KIND_FORM, "kind-form", ERROR, "kind is VENDOR/CLASS", "CDI SPEC.md, \"kind\"; CDI library",
     "The kind is the first part of the name that users ask for, VENDOR/CLASS=DEVICE: a domain "
     "that the vendor owns and the class of the devices, such as vendor.com/gpu.")
RULE(VENDOR_NAME, "vendor-name", ERROR,
     "the vendor begins with a letter, ends with a letter or digit and holds letters, digits, '_', "
     "'-', '.'",
     "CDI library",
     "Letters and digits are those of ASCII. A name with other characters cannot be asked for, and "
     "engines refuse the document.")
RULE(CLASS_NAME, "class-name", ERROR,
     "the class begins with a letter, ends with a letter or digit and holds letters, digits, '_', "
     "'-', '.'",
     "CDI library",
     "Letters and digits are those of ASCII. A class with a '.' needs CDI 0.6.0. A name with other "
     "characters cannot be asked for, and engines refuse the document.")
RULE(VENDOR_NOT_DNS, "vendor-not-dns", WARNING,
     "the vendor is a DNS subdomain of at most 253 characters", "CDI SPEC.md, \"kind\"",
     "The specification demands a DNS subdomain, so that vendors cannot get into each other's way; "
     "the CDI library does not check it. Use a domain that is yours.")
RULE(CLASS_TOO_LONG, "class-too-long", WARNING, "the class has at most 63 characters",
     "CDI SPEC.md, \"kind\"",
     "The specification allows 63 characters, and the CDI library checks no length. Readers that "
     "follow the specification refuse the document.")
RULE(NAME_ONE_CHARACTER, "name-one-character", WARNING,
     "vendor and class have two characters or more",
     "CDI library up to release 1.1.0: its check of names reads past the first character",
     "A vendor or class of one character is valid, but makes the CDI library of release 1.1.0 and "
     "before end its program with an index out of range: engines and nvidia-ctk crash when they "
     "meet such a document.")
RULE(
    ANNOTATION_KEY, "annotation-key", WARNING, "an annotation's key is a Kubernetes qualified name",
    "CDI SPEC.md, \"annotations\"; Kubernetes; checked by CDI's stand-alone validate only",
    "A key has at most one '/'. After it come 1 to 63 letters, digits, '-', '_', '.' with a letter "
    "or digit at both ends, before it a DNS subdomain of at most 253 characters.")
RULE(ANNOTATIONS_SIZE, "annotations-size", WARNING,
     "one set of annotations has at most 262144 bytes",
     "CDI SPEC.md, \"annotations\"; Kubernetes; checked by CDI's stand-alone validate only",
     "The keys and values of one set of annotations together stay below the limit of Kubernetes, "
     "where they may be copied to.")
RULE(DEVICES_MISSING, "devices-missing", ERROR, "there is at least one device", "CDI library",
     "A document without devices describes nothing that can be asked for, and engines refuse it, "
     "also if it has containerEdits of its own: those are applied for one of its devices only.")
RULE(DEVICE_NAME, "device-name", ERROR,
     "a device name begins and ends with a letter or digit and holds letters, digits, '_', '-', "
     "'.', ':'",
     "CDI SPEC.md, \"devices\"; CDI library",
     "Letters and digits are those of ASCII. A name that begins with a digit needs CDI 0.5.0. A "
     "name with other characters cannot be asked for, and engines refuse the document.")
RULE(DEVICE_EDITS_EMPTY, "device-edits-empty", ERROR, "a device's containerEdits change something",
     "CDI library",
     "A device that changes nothing in a container is taken for a mistake, such as edits that are "
     "indented wrongly, and engines refuse the document. intelRdt: {} counts as a change.")
RULE(DEVICE_DUPLICATE, "device-duplicate", ERROR, "a device name is used once in a file",
     "CDI SPEC.md, \"devices\"; CDI library",
     "Two devices of one document have the same name, upper and lower case being different, and "
     "engines refuse the document.")
RULE(DEVICE_CONFLICT, "device-conflict", ERROR,
     "a qualified device name is defined by one file of a directory", "CDI library",
     "Two files of one spec dir define the same device. Engines load both and drop the device, so "
     "that a container which asks for it does not start. Often one of the files is left over from "
     "another way of generating it. Only directories are checked for it, as a spec dir is; a later "
     "spec dir may define a device again, and wins.")
RULE(DEVICE_IN_FILES, "device-in-files", OFF,
     "a qualified device name is defined by one of the files that are checked", "CDI library",
     "Two files that were named to cdikit, or that are in different directories, define the same "
     "device. That is a mistake only if they are to come into one spec dir, so it is off by "
     "default. Within one directory it is device-conflict.")
