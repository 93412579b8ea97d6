"""The pages where people look: what they show, as plain values, and how it is drawn. The admin and the share
page both use them."""
