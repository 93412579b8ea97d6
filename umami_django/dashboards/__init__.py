"""The pages where people look: what they show, as plain values, and how it is drawn. One page, one file; no
statistics are worked out here. Admin, owners and share links come in by a door of their own."""
