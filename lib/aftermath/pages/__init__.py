"""Reports: exhibits and passages for notebooks, and the pages made from them."""
