select id as loan_id, isbn, days from raw.desk.loans
