### What the pages need beside the other catalogues.
### Keys and their variables:
###   contact-email-accusative
###   contact-home-accusative
###   contact-mobile-accusative
## Contacts as what is kept: «храним: электронную почту»
contact-mobile-accusative = мобильный телефон
contact-home-accusative = домашний телефон
contact-email-accusative = электронную почту
