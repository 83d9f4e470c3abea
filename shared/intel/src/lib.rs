//! address lists, country and ASN look-ups, inventory.
