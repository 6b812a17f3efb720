"""Write the raw CSV files of the jaffle shop: `python data/make_data.py`.

The first customers, orders and payments are written by hand, one trap each, and are documented
in `README.md`. The rest is drawn from a generator with a fixed seed, so that the files come out
byte for byte the same on every machine. What the loader brings on later days is written by hand.
"""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

SEED = 20250101
CUSTOMERS = 100
ORDERS = 120
FIRST_CUSTOMER_WITHOUT_ORDERS = 62

HAND_WRITTEN_CUSTOMERS = [
    (1, "Amira", "Haddad"),
    (2, "Bruno", "Keller"),
    (3, "Chloe", "Martin"),
    (4, "Maria", "Lopez"),
    (5, "Dmitri", "Petrov"),
    (6, "Esther", "Okafor"),
    (7, "Farid", "Nazari"),
    (8, "Grace", "Liu"),
    (9, "Hana", "Suzuki"),
    (10, "Maria", "Lopez"),
    (11, "Ivan", "Horvat"),
    (12, "Julia", "Weiss"),
    (13, "Kofi", "Mensah"),
    (14, "Lena", "Berg"),
    (15, "Mateo", "Rossi"),
    (16, "Nora", "Lindqvist"),
    (17, "Omar", "Diallo"),
]

HAND_WRITTEN_ORDERS = [
    (1, 3, "2025-01-02", "completed"),
    (2, 5, "2025-01-09", "placed"),
    (3, 2, "2025-01-03", "placed"),
    (4, 7, "2025-01-04", "completed"),
    (5, 1, "2025-01-04", "completed"),
    (6, 4, "2025-01-05", "shipped"),
    (7, 8, "2025-01-06", "completed"),
    (8, 10, "2025-01-07", "completed"),
    (9, 6, "2025-01-08", "placed"),
    (10, 9, "2025-01-08", "shipped"),
    (11, 11, "2025-01-09", "completed"),
    (12, 13, "2025-01-10", "completed"),
    (13, 12, "2025-01-10", "return_pending"),
    (14, 14, "2025-01-11", "completed"),
    (15, 14, "2025-01-11", "completed"),
    (16, 15, "2025-01-12", "returned"),
    (17, 5, "2025-01-05", "completed"),
    (18, 3, "2025-01-14", "placed"),
]

HAND_WRITTEN_PAYMENTS = [
    (1, 1, "credit_card", "success", 1099, "2025-01-02"),
    (2, 3, "bank_transfer", "fail", 2500, "2025-01-03"),
    (3, 4, "credit_card", "fail", 1850, "2025-01-04"),
    (4, 4, "credit_card", "success", 1850, "2025-01-04"),
    (5, 5, "gift_card", "success", 500, "2025-01-04"),
    (6, 5, "coupon", "success", 250, "2025-01-04"),
    (7, 5, "credit_card", "success", 1275, "2025-01-04"),
    (8, 6, "credit_card", "success", 700, "2025-01-05"),
    (9, 6, "credit_card", "success", 700, "2025-01-05"),
    (10, 17, "credit_card", "fail", 1999, "2025-01-05"),
    (11, 17, "bank_transfer", "success", 1999, "2025-01-06"),
    (12, 7, "coupon", "success", 0, "2025-01-06"),
    (13, 8, "credit_card", "success", 1050, "2025-01-07"),
    (14, 8, "gift_card", "success", 950, "2025-01-07"),
    (15, 9, "bank_transfer", "pending", 3100, "2025-01-08"),
    (16, 10, "gift_card", "success", 800, "2025-01-08"),
    (17, 10, "bank_transfer", "pending", 1200, "2025-01-09"),
    (18, 11, "credit_card", "success", 99, "2025-01-09"),
    (19, 12, "coupon", "success", 10, "2025-01-10"),
    (20, 12, "credit_card", "success", 20, "2025-01-10"),
    (21, 14, "credit_card", "success", 1500, "2025-01-11"),
    (22, 15, "credit_card", "success", 1500, "2025-01-11"),
    (23, 16, "credit_card", "success", 2200, "2025-01-12"),
    (24, 18, "credit_card", "fail", 4000, "2025-01-14"),
    (25, 18, "credit_card", "fail", 4000, "2025-01-14"),
    (26, 13, "bank_transfer", "success", 2630, "2025-02-03"),
]

# What the loader brings on a later day: rows that are new, and rows that take the place of the one with the same id.
LATER_DAYS: dict[int, dict[str, list[tuple]]] = {
    2: {
        "customers": [(101, "Priya", "Nair")],
        "orders": [
            (1, 3, "2025-01-02", "completed"),
            (6, 4, "2025-01-05", "completed"),
            (9, 6, "2025-01-08", "shipped"),
            (10, 9, "2025-01-08", "completed"),
            (121, 101, "2025-03-23", "placed"),
            (122, 1, "2025-03-23", "placed"),
            (123, 16, "2025-03-23", "placed"),
        ],
        "payments": [
            (15, 9, "bank_transfer", "success", 3100, "2025-01-08"),
            (144, 116, "credit_card", "success", 1000, "2025-03-21"),
            (145, 117, "credit_card", "success", 1995, "2025-03-22"),
            (146, 3, "credit_card", "success", 2500, "2025-03-23"),
            (147, 16, "gift_card", "success", 300, "2025-03-23"),
            (148, 121, "paypal", "success", 1875, "2025-03-23"),
            (149, 122, "bank_transfer", "pending", 2400, "2025-03-23"),
        ],
    },
    3: {
        "customers": [(102, "Jonas", "Falk")],
        "orders": [
            (9, 6, "2025-01-08", "completed"),
            (10, 9, "2025-01-08", "return_pending"),
            (121, 101, "2025-03-23", "shipped"),
            (124, 102, "2025-03-24", "placed"),
            (125, 101, "2025-03-24", "placed"),
        ],
        "payments": [
            (149, 122, "bank_transfer", "success", 2400, "2025-03-23"),
            (150, 123, "credit_card", "success", 799, "2025-03-23"),
            (151, 118, "coupon", "success", 450, "2025-03-21"),
            (152, 124, "paypal", "fail", 1250, "2025-03-24"),
            (153, 124, "credit_card", "success", 1250, "2025-03-24"),
            (154, 125, "paypal", "success", 1499, "2025-03-24"),
        ],
    },
}
COLUMNS = {
    "customers": ("id", "first_name", "last_name"),
    "orders": ("id", "user_id", "order_date", "status"),
    "payments": ("id", "orderid", "paymentmethod", "status", "amount", "created"),
}

FIRST_NAMES = (
    "Paula Quentin Rosa Samuel Tara Umar Vera Walid Xenia Yusuf Zoe Anders Beatriz Cem Dana Elias "
    "Fiona Goran Helen Idris Jana Karim Lucia Milan Nadia Oscar Priya Rafael Sofia Tomas Uma Viktor"
).split()
LAST_NAMES = (
    "Abel Brandt Costa Dahl Eriksen Fontaine Garcia Hoffmann Ito Jansen Kowalski Larsen Moreau "
    "Novak Olsen Park Quist Ricci Santos Thomas Ueda Vargas Wolf Xu Yilmaz Zhang"
).split()
METHODS = ("credit_card", "credit_card", "credit_card", "bank_transfer", "coupon", "gift_card")
SETTLED_STATUSES = ("completed", "completed", "completed", "shipped", "return_pending", "returned")


def main(folder: Path = Path(__file__).parent) -> None:
    """Write the CSV files into `folder`, those of a later day into a folder of its own below it."""
    write_day(folder, dict(zip(COLUMNS, make_shop(), strict=True)))
    for day, tables in LATER_DAYS.items():
        write_day(folder / f"day_{day}", tables)


def write_day(folder: Path, tables: dict[str, list[tuple]]) -> None:
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        write_csv(folder / f"{name}.csv", COLUMNS[name], rows)


def make_shop() -> tuple[list[tuple], list[tuple], list[tuple]]:
    """Return the rows of customers, orders and payments, hand-written ones first."""
    draw = random.Random(SEED)
    customers = HAND_WRITTEN_CUSTOMERS + draw_customers(draw)
    orders = HAND_WRITTEN_ORDERS + draw_orders(draw)
    payments = HAND_WRITTEN_PAYMENTS + draw_payments(draw, orders[len(HAND_WRITTEN_ORDERS) :])
    return customers, orders, payments


def draw_customers(draw: random.Random) -> list[tuple]:
    names = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    ids = range(len(HAND_WRITTEN_CUSTOMERS) + 1, CUSTOMERS + 1)
    return [(id, *name) for id, name in zip(ids, draw.sample(names, len(ids)), strict=False)]


def draw_orders(draw: random.Random) -> list[tuple]:
    buyers = range(len(HAND_WRITTEN_CUSTOMERS) + 1, FIRST_CUSTOMER_WITHOUT_ORDERS)
    day = date(2025, 1, 15)
    rows = []
    for id in range(len(HAND_WRITTEN_ORDERS) + 1, ORDERS + 1):
        day += timedelta(days=draw.choice((0, 0, 1, 1, 2)))
        status = draw.choice(SETTLED_STATUSES) if id < ORDERS - 10 else "placed"
        rows.append((id, draw.choice(buyers), day.isoformat(), status))
    return rows


def draw_payments(draw: random.Random, orders: list[tuple]) -> list[tuple]:
    """One payment for most orders; every ninth split in two; now and then a failure before it."""
    attempts = []
    for id, _, ordered_on, status in orders:
        method = draw.choice(METHODS)
        cents = draw.choice((450, 799, 1000, 1250, 1499, 1995, 2400, 2875, 3333))
        if status == "placed":
            if id % 3:
                attempts.append((id, "bank_transfer", "pending", cents, ordered_on))
            continue
        if draw.random() < 0.1:
            attempts.append((id, method, "fail", cents, ordered_on))
        if id % 9 == 0:
            part = draw.choice((100, 225, 310))
            attempts.append((id, "gift_card", "success", part, ordered_on))
            cents -= part
        attempts.append((id, method, "success", cents, ordered_on))
    first_id = len(HAND_WRITTEN_PAYMENTS) + 1
    return [(id, *attempt) for id, attempt in enumerate(attempts, first_id)]


def write_csv(path: Path, columns: tuple[str, ...], rows: list[tuple]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
