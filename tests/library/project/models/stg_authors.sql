select id as author_id, name from raw.library.authors
