select isbn, author_id, shelf from raw.library.books
