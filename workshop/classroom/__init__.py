"""What an instructor uses: opening JupyterLab, the doctor, check-in lines, the chat read for them, the room, grading.

It knows the exercises by name and their outcomes. How an exercise is judged, and what a notebook shows, is elsewhere.
"""
